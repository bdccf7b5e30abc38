import { CHAT_CODECS, type AnswerContext } from '@tollgate/dialects';
import { type AnswerEvent, unfoldAnswer } from '@tollgate/neutral';
import type { ClientRequest } from '../../src/index.ts';
import { stream } from '../../src/provider.contract.ts';
import {
  chatWireOf,
  connectionOf,
  hasRecordings,
  type Json,
  loadRecordings,
  type Recording,
  wireRequestFor,
} from './recorded-chats.ts';
import { clientServing } from './seen-answer.ts';

const codec = CHAT_CODECS['openai-completions'];
const table = { whole: 0, streamed: 0, refused: 0 };

const clientRequest = ({ reqJson = {}, kind }: Recording): ClientRequest => ({
  dialect: 'openai-completions',
  operation: 'chat',
  body: Buffer.from(JSON.stringify(reqJson)),
  stream: kind === 'sse',
  usageAsked: true,
  modelAsked: String(reqJson.model),
  outputCap: null,
});

const recorded = loadRecordings('openai', '/v1/completions');

(hasRecordings ? describe : describe.skip)('recorded completions', () => {
  const connection = connectionOf('openai');

  it('go out and come back as they are', () => {
    for (const recording of recorded) {
      const { respText = '', status, kind, reqJson } = recording;
      const request = clientRequest(recording);
      const encoded = connection.encodeRequest(request, String(reqJson?.model));
      if (!encoded.ok) throw new Error(encoded.failure.message);
      expect(encoded.value.path).toBe('/v1/completions');
      const sent: unknown = JSON.parse(Buffer.from(encoded.value.body).toString());
      expect(sent).toEqual(
        kind === 'sse' ? { ...reqJson, stream_options: { include_usage: true } } : reqJson,
      );
      const body = Buffer.from(respText);
      if (status !== 200) {
        expect(connection.decodeFailure({ status, headers: {}, body }, 0).code).toMatch(
          /^provider\./,
        );
        table.refused++;
      } else if (kind === 'sse') {
        const whole = stream(connection, request, body);
        expect(whole).toMatchObject({ phase: 'finished', code: null });
        expect((whole.given + whole.tail).trimEnd()).toBe(respText.trimEnd());
        for (const size of [1, 997])
          expect(stream(connection, request, body, [size])).toEqual(whole);
        table.streamed++;
      } else {
        expect(connection.decodeResponse(request, body)).toMatchObject({ ok: true, body });
        table.whole++;
      }
    }
    console.table(table);
    expect(table.whole).toBeGreaterThan(0);
    expect(table.streamed).toBeGreaterThan(0);
  });

  it('become one message where a provider has chat alone, or are refused by name', () => {
    const outcomes: Record<string, number> = {};
    for (const { reqJson = {} } of recorded) {
      const { prompt, suffix, best_of: bestOf } = reqJson;
      const decoded = codec.decodeRequest(reqJson);
      const isOne =
        typeof prompt === 'string' ||
        (Array.isArray(prompt) && prompt.length === 1 && typeof prompt[0] === 'string');
      const outcome = decoded.ok ? 'one message' : (decoded.failure.param ?? '');
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
      expect(decoded.ok).toBe(isOne && !suffix && !bestOf);
      if (decoded.ok) expect(decoded.value.messages).toHaveLength(1);
    }
    console.table(outcomes);
  });
});

describe('a completion over a chat', () => {
  const request = { prompt: 'Once', echo: true };
  const context: AnswerContext = {
    requestId: 'r',
    modelAsked: 'm',
    usageAsked: true,
    nowS: 5,
    request,
  };
  const chat: Json = {
    id: 'chatcmpl-1',
    created: 7,
    model: 'gpt',
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content: ' upon a time' },
        logprobs: {
          content: [
            {
              token: ' upon',
              logprob: -1,
              bytes: null,
              top_logprobs: [{ token: ' upon', logprob: -1, bytes: null }],
            },
            { token: ' a', logprob: -2, bytes: null, top_logprobs: [] },
          ],
        },
        finish_reason: 'length',
      },
    ],
    usage: { prompt_tokens: 1, completion_tokens: 3, total_tokens: 4 },
  };

  it('is read by the SDK as a completion, echoed where that was asked for', async () => {
    const decoded = chatWireOf('xai').decodeAnswer(
      Buffer.from(JSON.stringify(chat)),
      wireRequestFor('xai'),
    );
    if (!decoded.ok) throw new Error(decoded.failure.internal);
    const body = codec.encodeAnswer(decoded.answer, context);
    const streamed: AnswerEvent[] = [];
    unfoldAnswer(decoded.answer, (event) => streamed.push(event));
    const completion = await clientServing(Buffer.from(body)).completions.create({
      model: 'm',
      prompt: 'Once',
    });
    expect(completion).toMatchObject({
      object: 'text_completion',
      choices: [
        {
          text: 'Once upon a time',
          finish_reason: 'length',
          logprobs: {
            tokens: [' upon', ' a'],
            text_offset: [4, 9],
            token_logprobs: [-1, -2],
            top_logprobs: [{ ' upon': -1 }, {}],
          },
        },
      ],
      usage: { prompt_tokens: 1, completion_tokens: 3 },
    });
    const frames: Uint8Array[] = [];
    const encoder = codec.streamEncoder(context, (frame) => frames.push(frame));
    for (const event of streamed) encoder.push(event);
    const stream = await clientServing(Buffer.concat([...frames, encoder.tail])).completions.create(
      { model: 'm', prompt: 'Once', stream: true },
    );
    const seen = { text: '', finish: '', tokens: 0 };
    for await (const { choices, usage } of stream) {
      seen.text += choices[0]?.text ?? '';
      seen.finish ||= choices[0]?.finish_reason ?? '';
      seen.tokens += usage?.completion_tokens ?? 0;
    }
    expect(seen).toEqual({ text: 'Once upon a time', finish: 'length', tokens: 3 });
  });
});
