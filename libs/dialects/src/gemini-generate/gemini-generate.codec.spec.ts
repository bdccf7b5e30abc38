import { GoogleGenAI } from '@google/genai';
import fc from 'fast-check';
import { failure, NO_USAGE } from '@tollgate/contracts';
import {
  type Answer,
  type AnswerEvent,
  type AnswerPart,
  unfoldAnswer,
  WIRES,
} from '@tollgate/neutral';
import type { AnswerContext } from '../chat-codec.ts';
import { geminiGenerateCodec as codec } from './gemini-generate.codec.ts';
import { geminiGenerate } from './gemini-generate.dialect.ts';

const CONTEXT: AnswerContext = {
  requestId: 'req_1',
  modelAsked: 'm',
  usageAsked: true,
  nowS: 0,
  request: {},
};

const opaque = fc.record({ wire: fc.constantFrom(...WIRES), value: fc.string({ minLength: 1 }) });

const parts = fc.oneof(
  fc.record({
    type: fc.constant('text' as const),
    text: fc.string({ unit: 'binary', minLength: 1 }),
  }),
  fc.record({ type: fc.constant('reasoning' as const), text: fc.string(), signature: opaque }),
  fc.record({
    type: fc.constant('tool-call' as const),
    id: fc.string({ minLength: 1 }),
    name: fc.string({ minLength: 1 }),
    argumentsText: fc.dictionary(fc.string(), fc.jsonValue()).map((args) => JSON.stringify(args)),
    kind: fc.constant('function' as const),
  }),
);
const answers = fc.array(parts, { minLength: 1, maxLength: 6 }).map(
  (list): Answer => ({
    id: 'r-1',
    model: 'm-1',
    createdAt: 7,
    choices: [{ index: 0, parts: list, finish: { reason: 'length', raw: null } }],
    usage: {
      ...NO_USAGE,
      inputTokens: 9,
      cachedInputTokens: 4,
      outputTokens: 8,
      reasoningTokens: 3,
    },
  }),
);

/** As `@google/genai` reads it: all parts with neighbours of one kind joined, and the last of each field. */
async function viewOf(bytes: Uint8Array, isStream: boolean) {
  const client = new GoogleGenAI({
    apiKey: 'k',
    httpOptions: { fetch: () => Promise.resolve(new Response(Buffer.from(bytes))) },
  });
  const asked = { model: 'm', contents: 'x' };
  const chunks = isStream
    ? await client.models.generateContentStream(asked)
    : [await client.models.generateContent(asked)];
  const view = { text: '', thoughts: '', rest: [] as unknown[], finish: '', usage: {}, id: '' };
  for await (const { candidates, usageMetadata, responseId } of chunks) {
    const [candidate] = candidates ?? [];
    for (const { text, thought, ...rest } of candidate?.content?.parts ?? []) {
      if (thought) view.thoughts += text;
      else view.text += text ?? '';
      if (Object.keys(rest).length > 0) view.rest.push(rest);
    }
    view.finish = candidate?.finishReason ?? view.finish;
    view.usage = usageMetadata ?? view.usage;
    view.id = responseId ?? view.id;
  }
  return view;
}

function streamed(events: readonly AnswerEvent[]) {
  const frames: Uint8Array[] = [];
  const encoder = codec.streamEncoder(CONTEXT, (frame) => frames.push(frame));
  for (const event of events) encoder.push(event);
  return {
    frames,
    bytes: Buffer.concat([...frames, encoder.tail]),
    tail: Buffer.from(encoder.tail),
  };
}

/** The answer as events, its texts in pieces. */
function eventsOf(answer: Answer): readonly AnswerEvent[] {
  const events: AnswerEvent[] = [];
  unfoldAnswer(answer, (event) => {
    if (event.type !== 'part' || event.value.type === 'image' || event.value.type === 'foreign')
      return events.push(event);
    const { choice, part, value } = event;
    const field =
      value.type === 'tool-call' ? value.argumentsText : 'text' in value ? value.text : '';
    const empty = (
      value.type === 'tool-call' ? { ...value, argumentsText: '' } : { ...value, text: '' }
    ) as AnswerPart;
    events.push({ type: 'part', choice, part, value: empty });
    const middle = Math.floor(field.length / 2);
    for (const text of [field.slice(0, middle), field.slice(middle)])
      if (text.isWellFormed()) events.push({ type: 'delta', choice, part, text });
      else return events.splice(-1, 1, event);
  });
  return events;
}

describe("an answer in Google's dialect", () => {
  it('is read alike by its SDK, streamed and whole', async () => {
    await fc.assert(
      fc.asyncProperty(answers, async (answer) => {
        const whole = await viewOf(codec.encodeAnswer(answer, CONTEXT), false);
        expect(whole).toMatchObject({ finish: 'MAX_TOKENS', id: 'r-1' });
        const told = streamed(eventsOf(answer));
        expect(await viewOf(told.bytes, true)).toEqual(whole);
        expect(told.tail.toString()).toContain('"finishReason":"MAX_TOKENS"');
      }),
      { numRuns: 200 },
    );
  });

  it('puts thoughts beside the candidates, and what was cached into the prompt', () => {
    const usage = {
      ...NO_USAGE,
      inputTokens: 9,
      cachedInputTokens: 4,
      outputTokens: 8,
      reasoningTokens: 3,
    };
    const answer: Answer = { id: '', model: '', createdAt: null, choices: [], usage };
    expect(JSON.parse(Buffer.from(codec.encodeAnswer(answer, CONTEXT)).toString())).toEqual({
      promptFeedback: { blockReason: 'OTHER' },
      usageMetadata: {
        promptTokenCount: 9,
        candidatesTokenCount: 5,
        totalTokenCount: 17,
        cachedContentTokenCount: 4,
        thoughtsTokenCount: 3,
      },
      modelVersion: 'm',
      responseId: 'req_1',
    });
  });

  const candidateOf = (
    list: readonly AnswerPart[],
    finish: Answer['choices'][number]['finish'],
  ) => {
    const answer: Answer = {
      id: '',
      model: '',
      createdAt: null,
      usage: null,
      choices: [{ index: 0, parts: list, finish }],
    };
    return JSON.parse(Buffer.from(codec.encodeAnswer(answer, CONTEXT)).toString()).candidates[0];
  };

  it('counts the places of citations in bytes of the whole text', () => {
    const candidate = candidateOf(
      [
        { type: 'text', text: 'é' },
        {
          type: 'text',
          text: '€uro',
          citations: [
            { kind: 'url', url: 'https://a', title: 'A', startIndex: 1, endIndex: 4 },
            { kind: 'document', title: 'D', citedText: 'x' },
          ],
        },
      ],
      { reason: 'stop', raw: 'end_turn' },
    );
    expect(candidate).toMatchObject({
      finishReason: 'STOP',
      groundingMetadata: {
        groundingChunks: [
          { web: { uri: 'https://a', title: 'A' } },
          { retrievedContext: { title: 'D', text: 'x' } },
        ],
        groundingSupports: [
          { segment: { startIndex: 5, endIndex: 8, text: 'uro' }, groundingChunkIndices: [0] },
        ],
      },
    });
  });

  it('says that a call was malformed rather than mend it', () => {
    const call = {
      type: 'tool-call',
      id: '1',
      name: 'f',
      argumentsText: '{"a":',
      kind: 'function',
    } as const;
    const candidate = candidateOf([call], { reason: 'tool_calls', raw: null });
    expect(candidate).toMatchObject({
      content: { parts: [] },
      finishReason: 'MALFORMED_FUNCTION_CALL',
      finishMessage: 'Malformed function call: f({"a":)',
    });
  });

  it.each([
    ['content_filter', 'RECITATION', 'RECITATION'],
    ['content_filter', 'content_filter', 'SAFETY'],
    ['refusal', 'refusal', 'SAFETY'],
    ['tool_calls', 'tool_use', 'STOP'],
    ['pause', null, 'OTHER'],
    ['other', 'LANGUAGE', 'LANGUAGE'],
  ] as const)('finishes %s (%s) as %s', (reason, raw, expected) => {
    expect(candidateOf([], { reason, raw }).finishReason).toBe(expected);
  });

  it('lets a failure inside a stream reach the SDK as an error', async () => {
    const [first] = streamed([
      { type: 'start', id: 'r', model: 'm', createdAt: null },
      { type: 'part', choice: 0, part: 0, value: { type: 'text', text: 'a' } },
    ]).frames;
    const error = geminiGenerate.renderStreamFailure(failure('provider.interrupted'), {
      requestId: 'req_1',
    });
    const bytes = Buffer.concat([first ?? Buffer.alloc(0), Buffer.from(error)]);
    await expect(viewOf(bytes, true)).rejects.toMatchObject({ status: 502 });
  });
});
