import { failure, NO_USAGE } from '@tollgate/contracts';
import { type Answer, type AnswerEvent, type AnswerPart, unfoldAnswer } from '@tollgate/neutral';
import fc from 'fast-check';
import OpenAI from 'openai';
import type { Response as SdkResponse } from 'openai/resources/responses/responses';
import type { AnswerContext } from '../chat-codec.ts';
import { openaiResponsesCodec as codec } from './openai-responses.codec.ts';
import { openaiResponses } from './openai-responses.dialect.ts';

const context: AnswerContext = {
  requestId: 'req_abc',
  modelAsked: 'm',
  usageAsked: true,
  nowS: 1_790_000_000,
  request: { input: 'x', temperature: 0.2, tools: [{ type: 'function', name: 'f' }] },
};

function answerOf(parts: readonly AnswerPart[], changes: Partial<Answer> = {}): Answer {
  return {
    id: 'chatcmpl-1',
    model: 'm-1',
    createdAt: 1_789_999_999,
    choices: [{ index: 0, parts, finish: { reason: 'stop', raw: 'stop' } }],
    usage: {
      ...NO_USAGE,
      inputTokens: 9,
      cachedInputTokens: 4,
      outputTokens: 5,
      reasoningTokens: 2,
    },
    ...changes,
  };
}

/** The whole stream, and what of it came before the last event. */
function tell(events: readonly AnswerEvent[]): { readonly frames: string; readonly tail: string } {
  const frames: Uint8Array[] = [];
  const encoder = codec.streamEncoder(context, (bytes) => frames.push(bytes));
  for (const event of events) encoder.push(event);
  return { frames: Buffer.concat(frames).toString(), tail: Buffer.from(encoder.tail).toString() };
}

function eventsOf(answer: Answer): AnswerEvent[] {
  const events: AnswerEvent[] = [];
  unfoldAnswer(answer, (event) => events.push(event));
  return events;
}

function whole(answer: Answer): Record<string, unknown> {
  return JSON.parse(Buffer.from(codec.encodeAnswer(answer, context)).toString());
}

const dataOf = (frames: string): Record<string, unknown>[] =>
  frames
    .split('\n')
    .filter((line) => line.startsWith('data: '))
    .map((line) => JSON.parse(line.slice(6)));

/** What the SDK puts together from the events alone. */
async function accumulate(frames: string): Promise<SdkResponse> {
  const answer = async (): Promise<Response> =>
    new Response(frames, { headers: { 'content-type': 'text/event-stream' } });
  const client = new OpenAI({ apiKey: 'k', baseURL: 'http://sdk.test', fetch: answer });
  return client.responses.stream({ model: 'm', input: 'x' }).finalResponse();
}

const text = fc.oneof(
  fc.string(),
  fc.constantFrom('\n\nevent: error\ndata: {"error":1}\n\n', '', '😀', '\u2028\r'),
);
const part: fc.Arbitrary<AnswerPart> = fc.oneof(
  text.map((said): AnswerPart => ({ type: 'text', text: said })),
  text.map((said): AnswerPart => ({ type: 'refusal', text: said })),
  fc
    .record({ said: text, isSummary: fc.boolean(), isSealed: fc.boolean() })
    .map(({ said, isSummary, isSealed }): AnswerPart => {
      const signature = { wire: 'anthropic', value: 's' } as const;
      return { type: 'reasoning', text: said, isSummary, ...(isSealed ? { signature } : {}) };
    }),
  fc.record({ id: fc.constantFrom('', 'c1', 'c2'), said: text, isCustom: fc.boolean() }).map(
    ({ id, said, isCustom }): AnswerPart => ({
      type: 'tool-call',
      id,
      name: 'f',
      argumentsText: isCustom ? said : JSON.stringify({ said }),
      kind: isCustom ? 'custom' : 'function',
      ...(id === 'c2' ? { signature: { wire: 'gemini', value: 'thought' } as const } : {}),
    }),
  ),
  fc.constant<AnswerPart>({
    type: 'foreign',
    wire: 'openai-responses',
    name: 'web_search_call',
    json: { id: 'ws_1', type: 'web_search_call', status: 'completed' },
  }),
  fc.constant<AnswerPart>({ type: 'foreign', wire: 'gemini', name: 'code', json: {} }),
);

/** The same answer as a provider might stream it: bit by bit. */
function inBits(answer: Answer, size: number): AnswerEvent[] {
  return eventsOf(answer).flatMap((event): AnswerEvent[] => {
    if (event.type !== 'part') return [event];
    const { value } = event;
    const said =
      value.type === 'tool-call' ? value.argumentsText : 'text' in value ? value.text : '';
    const bits = said.match(new RegExp(`[\\s\\S]{1,${size}}`, 'g')) ?? [];
    const empty =
      value.type === 'tool-call'
        ? { ...value, argumentsText: '' }
        : 'text' in value
          ? { ...value, text: '' }
          : value;
    const { choice } = event;
    const deltas = bits.map(
      (bit) => ({ type: 'delta', choice, part: event.part, text: bit }) as const,
    );
    return [{ ...event, value: empty }, ...deltas];
  });
}

describe('an answer in OpenAI responses', () => {
  it('guarantees that stream and whole answer agree, and that its events add up to it', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(part, { maxLength: 6 }),
        fc.integer({ min: 1, max: 9 }),
        async (parts, size) => {
          const answer = answerOf(parts);
          const expected = whole(answer);
          const { frames, tail } = tell(inBits(answer, size));
          const [last] = dataOf(tail);
          expect(last).toMatchObject({ type: 'response.completed', response: expected });
          const events = dataOf(frames + tail);
          expect(events.map(({ sequence_number: n }) => n)).toEqual(events.map((_, i) => i));
          const { output } = await accumulate(frames);
          expect(stripped(output)).toEqual(stripped(expected.output));
          const ids = Object(expected.output).flatMap((one: { id: string; call_id?: string }) =>
            one.id === 'ws_1' ? [] : [one.id, ...(one.call_id ? [one.call_id] : [])],
          );
          expect(new Set(ids).size).toBe(ids.length);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('repeats the request and gives usage, status and defaults as OpenAI does', () => {
    const response = whole(answerOf([{ type: 'text', text: 'Hi' }]));
    expect(response).toMatchObject({
      id: 'resp_tg_abc',
      object: 'response',
      created_at: 1_789_999_999,
      completed_at: 1_790_000_000,
      status: 'completed',
      model: 'm-1',
      error: null,
      incomplete_details: null,
      temperature: 0.2,
      top_p: 1,
      store: false,
      tools: [{ type: 'function', name: 'f' }],
      text: { format: { type: 'text' } },
      reasoning: { effort: null, summary: null },
      usage: {
        input_tokens: 9,
        input_tokens_details: { cached_tokens: 4, cache_write_tokens: 0 },
        output_tokens: 5,
        output_tokens_details: { reasoning_tokens: 2 },
        total_tokens: 14,
      },
      output: [
        {
          type: 'message',
          role: 'assistant',
          status: 'completed',
          content: [{ type: 'output_text', text: 'Hi', annotations: [], logprobs: [] }],
        },
      ],
    });
  });

  it.each([
    ['length', 'max_output_tokens'],
    ['content_filter', 'content_filter'],
  ] as const)('that ended by %s is incomplete', (reason, told) => {
    const finish = { reason, raw: null };
    const answer = answerOf([], {
      choices: [{ index: 0, parts: [{ type: 'text', text: 'H' }], finish }],
    });
    expect(whole(answer)).toMatchObject({
      status: 'incomplete',
      completed_at: null,
      incomplete_details: { reason: told },
      output: [{ status: 'incomplete' }],
    });
    const [last] = dataOf(tell(eventsOf(answer)).tail);
    expect(last?.type).toBe('response.incomplete');
  });

  it('tells citations, log probabilities and pictures', () => {
    const token = { token: 'H', logprob: -1, bytes: null, topLogprobs: [] };
    const parts: AnswerPart[] = [
      {
        type: 'text',
        text: 'Hello',
        citations: [
          { kind: 'url', url: 'https://a', title: 'A', startIndex: 1, endIndex: 2 },
          { kind: 'document', title: 'D', documentIndex: 1, citedText: 'x' },
        ],
      },
      { type: 'image', source: { kind: 'data', mediaType: 'image/png', base64: 'AA' } },
    ];
    const finish = { reason: 'stop', raw: null } as const;
    const answer = answerOf([], { choices: [{ index: 0, parts, finish, logprobs: [token] }] });
    expect(whole(answer).output).toMatchObject([
      {
        content: [
          {
            annotations: [
              { type: 'url_citation', url: 'https://a', title: 'A', start_index: 1, end_index: 2 },
              { type: 'file_citation', file_id: 'document_1', filename: 'D', cited_text: 'x' },
            ],
            logprobs: [{ token: 'H', logprob: -1, bytes: [], top_logprobs: [] }],
          },
        ],
      },
      { type: 'image_generation_call', status: 'completed', result: 'AA', output_format: 'png' },
    ]);
  });

  it('names what it carries by ids that are enough to bring it back', () => {
    const signature = { wire: 'gemini', value: 'sig' } as const;
    const call = { type: 'tool-call', id: 'c', name: 'f', argumentsText: '{}' } as const;
    const { output } = whole(answerOf([{ ...call, kind: 'function', signature }]));
    const [carrier, told] = Object(output);
    const input = [{ type: 'item_reference', id: carrier.id }, told];
    expect(codec.decodeRequest({ input })).toMatchObject({
      value: { messages: [{ parts: [{ type: 'tool-call', id: 'c', signature }] }] },
    });
  });

  it('never passes for whole in the SDK when a failure ends it', async () => {
    const { frames } = tell(eventsOf(answerOf([{ type: 'text', text: 'Hi' }])));
    const reason = failure('provider.interrupted');
    const error = openaiResponses.renderStreamFailure(reason, { requestId: 'req_1' });
    await expect(accumulate(frames + error)).rejects.toMatchObject({
      code: 'upstream_interrupted',
    });
  });

  it('leaves what follows the end untold', () => {
    const events = eventsOf(answerOf([{ type: 'text', text: 'Hi' }]));
    const once = tell(events);
    expect(tell([...events, ...events])).toEqual(once);
  });

  it('guarantees that what other vendors signed comes back to them', () => {
    const thought = { wire: 'gemini', value: 'sig' } as const;
    const parts: AnswerPart[] = [
      { type: 'reasoning', text: 'hm', signature: { wire: 'anthropic', value: 'thinking' } },
      {
        type: 'reasoning',
        text: '',
        isRedacted: true,
        signature: { wire: 'anthropic', value: 'r' },
      },
      { type: 'text', text: 'Hi', signature: thought },
      {
        type: 'tool-call',
        id: 'call.1',
        name: 'f',
        argumentsText: '{}',
        kind: 'function',
        signature: thought,
      },
    ];
    const { output } = whole(answerOf(parts));
    const items = [{ role: 'user', content: 'x' }, ...Object(output)];
    const decoded = codec.decodeRequest({ input: items });
    const turn = decoded.ok ? decoded.value.messages[1] : undefined;
    const ids = Object(output).map(({ id }: { id: string }) => id);
    expect(turn).toEqual({
      role: 'assistant',
      parts: [{ ...parts[0], id: ids[0] }, { ...parts[1], id: ids[1] }, parts[2], parts[3]],
    });
  });
});

/** The SDK adds nothing but `parsed`; the status of an item is its last. */
function stripped(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (key, one) =>
    key === 'parsed' || key === 'parsed_arguments' ? undefined : one,
  );
}
