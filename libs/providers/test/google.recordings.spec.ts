import { GeminiJsonArray, type AnswerContext, CHAT_CODECS } from '@tollgate/dialects';
import { type Answer, type AnswerEvent, AnswerFold, Losses } from '@tollgate/neutral';
import { PROVIDERS } from '../src/provider-registry.ts';
import { connectSample, stream } from '../src/provider.contract.ts';
import type { ClientRequest, ProviderConnection } from '../src/provider.ts';
import type { WireRequest } from '../src/chat-wire.ts';
import { eventsOf, isHere, load, modelOf, type Recording } from './google/recorded.ts';
import { canonical } from './google/same-request.ts';
import { viewOf } from './google/sdk-view.ts';

const codec = CHAT_CODECS['gemini-generate'];
const FILES = ['gemini', 'vertex'] as const;
const GENERATES = /^(generateContent|streamGenerateContent)$/;
const SLICES = [Number.MAX_SAFE_INTEGER, 997, 1];

const isStreamed = ({ endpoint }: Recording): boolean => endpoint === 'streamGenerateContent';

function connect(file: (typeof FILES)[number]): ProviderConnection {
  const vertex = { project: 'p', location: 'global' };
  return connectSample({
    provider: PROVIDERS.google,
    baseUrl: 'https://x.example',
    config: file === 'vertex' ? { vertex } : {},
    events: [],
    shown: [],
    answer: '',
    request: requestOf({ reqJson: {}, url: '', endpoint: '' }),
  });
}

const requestOf = (recording: Pick<Recording, 'reqJson' | 'url' | 'endpoint'>): ClientRequest => ({
  dialect: 'gemini-generate',
  operation: 'chat',
  body: Buffer.from(JSON.stringify(recording.reqJson ?? {})),
  stream: recording.endpoint === 'streamGenerateContent',
  usageAsked: true,
  modelAsked: /models\/([^:?/]+)/.exec(recording.url)?.[1] ?? null,
  outputCap: null,
});

function wireRequestOf(recording: Recording, losses = new Losses('strict', 'google')): WireRequest {
  const decoded = codec.decodeRequest(recording.reqJson ?? {});
  if (!decoded.ok) throw new Error(decoded.failure.message);
  return {
    conversation: decoded.value,
    model: modelOf(recording),
    stream: isStreamed(recording),
    outputCap: null,
    losses,
    fetched: new Map(),
  };
}

const CONTEXT: AnswerContext = {
  requestId: 'req_1',
  modelAsked: 'm',
  usageAsked: true,
  nowS: 0,
  request: {},
};

interface Played {
  readonly events: readonly AnswerEvent[];
  readonly bytes: Buffer;
  readonly phase: string;
  readonly code: string | null;
  readonly usage: unknown;
}

/** Through the neutral model and back into Google's dialect. */
function translate(
  connection: ProviderConnection,
  request: WireRequest,
  bytes: Buffer,
  size = bytes.length,
): Played {
  const events: AnswerEvent[] = [];
  const frames: Uint8Array[] = [];
  const encoder = codec.streamEncoder(CONTEXT, (frame) => frames.push(frame));
  const reader = connection.chat?.streamReader(request, (event) => {
    events.push(event);
    encoder.push(event);
  });
  if (!reader) throw new Error('no chat wire');
  for (let at = 0; at < bytes.length; at += size)
    reader.push(Buffer.from(bytes.subarray(at, at + size)));
  reader.end();
  return {
    events,
    bytes: Buffer.concat([...frames, encoder.tail]),
    phase: reader.phase,
    code: reader.failure?.code ?? null,
    usage: reader.usage,
  };
}

function fold(events: readonly AnswerEvent[]): Answer {
  const folded = new AnswerFold();
  for (const event of events) folded.push(event);
  return folded.answer();
}

const tally: Record<string, Record<string, number>> = {};
const left: Record<string, number> = {};
const count = (file: string, what: string): void => {
  const row = (tally[file] ??= {});
  row[what] = (row[what] ?? 0) + 1;
};

(isHere ? describe : describe.skip).each(FILES)('recorded exchanges of %s', (file) => {
  const connection = connect(file);
  const all = load(file);
  const isPlayed = ({ endpoint, reqJson }: Recording): boolean =>
    GENERATES.test(endpoint) && reqJson !== undefined;
  const recordings = all.filter(isPlayed);
  const answered = recordings.filter(({ status }) => status === 200);
  for (const recording of all.filter((one) => !isPlayed(one))) {
    const reason = recording.reqJson ? '' : ' (recorded without its request)';
    const what = `${file} ${recording.endpoint}${reason}`;
    left[what] = (left[what] ?? 0) + 1;
  }

  it('go out as they were recorded, byte by byte', () => {
    for (const recording of recordings) {
      const request = requestOf(recording);
      const sent = connection.encodeRequest(request, request.modelAsked ?? '');
      expect(sent.ok && sent.value.body).toBe(request.body);
      expect(sent.ok && sent.value.path).toContain(
        `/models/${modelOf(recording)}:${recording.endpoint}${request.stream ? '?alt=sse' : ''}`,
      );
      count(file, 'requests passed');
    }
  });

  it('go out as they were recorded through the neutral model, but for declared rules', () => {
    for (const recording of recordings) {
      const losses = new Losses('strict', 'google');
      const sent = connection.chat?.encodeRequest(wireRequestOf(recording, losses));
      if (!sent?.ok) throw new Error('not encoded');
      const body: unknown = JSON.parse(Buffer.from(sent.value.body).toString());
      const where = `${recording.path} ${recording.url}`;
      expect({ where, body: canonical(body) }).toEqual({
        where,
        body: canonical(recording.reqJson),
      });
      expect({ where, losses: losses.settle() }).toEqual({
        where,
        losses: { ok: true, value: [] },
      });
      count(file, 'requests translated');
    }
  });

  it('are read alike by the SDK when they pass through', async () => {
    for (const recording of answered) {
      const request = requestOf(recording);
      if (isStreamed(recording)) {
        const bytes = eventsOf(recording);
        const whole = stream(connection, request, bytes);
        expect(whole).toMatchObject({ phase: 'finished', code: null });
        expect(whole.given + whole.tail).toBe(bytes.toString());
        for (const size of SLICES)
          expect(stream(connection, request, bytes, [size])).toEqual(whole);
        count(file, 'streams passed');
        if (recording.kind !== 'json') continue;
        const array = new GeminiJsonArray();
        const given = Buffer.concat([
          array.push(Buffer.from(whole.given + whole.tail)),
          array.end(),
        ]);
        expect(JSON.parse(given.toString())).toEqual(JSON.parse(recording.respText));
        count(file, 'JSON arrays passed');
      } else {
        const body = Buffer.from(recording.respText);
        const decoded = connection.decodeResponse(request, body);
        expect(decoded.ok && decoded.body).toBe(body);
        const view = await viewOf(body, false);
        expect(decoded.ok && decoded.facts.usage).toMatchObject({
          inputTokens: view.input,
          cachedInputTokens: view.cached,
          outputTokens: view.output,
          reasoningTokens: view.thinking,
        });
        expect(decoded.ok && decoded.facts.finishReason).toBe(view.finishReason);
        count(file, 'answers passed');
      }
    }
  });

  it('are read alike by the SDK when they cross the neutral model', async () => {
    for (const recording of answered) {
      const request = wireRequestOf(recording);
      const where = `${recording.path} ${recording.url}`;
      if (isStreamed(recording)) {
        const bytes = eventsOf(recording);
        const whole = translate(connection, request, bytes);
        expect({ where, ...whole }).toMatchObject({ where, phase: 'finished', code: null });
        expect({ where, ...(await viewOf(whole.bytes, true)) }).toEqual({
          where,
          ...(await viewOf(bytes, true)),
        });
        for (const size of SLICES)
          expect(translate(connection, request, bytes, size)).toEqual(whole);
        const answer = codec.encodeAnswer(fold(whole.events), CONTEXT);
        expect({ where, ...(await viewOf(answer, false)) }).toEqual({
          where,
          ...(await viewOf(bytes, true)),
        });
        count(file, 'streams translated');
      } else {
        const body = Buffer.from(recording.respText);
        const decoded = connection.chat?.decodeAnswer(body, request);
        if (!decoded?.ok) throw new Error(`${where}: ${decoded?.failure.internal}`);
        const encoded = codec.encodeAnswer(decoded.answer, CONTEXT);
        expect({ where, ...(await viewOf(encoded, false)) }).toEqual({
          where,
          ...(await viewOf(body, false)),
        });
        const streamed = translate(
          connection,
          request,
          Buffer.from(`data: ${JSON.stringify(JSON.parse(recording.respText))}\n\n`),
        );
        expect(fold(streamed.events)).toEqual(decoded.answer);
        count(file, 'answers translated');
      }
    }
  });

  it('never end cleanly when their stream was cut', () => {
    for (const recording of answered.filter(isStreamed)) {
      const bytes = eventsOf(recording);
      const text = bytes.toString();
      const events = text.split(/(?<=\r\n\r\n|\n\n)/).filter((event) => event.trim() !== '');
      const request = wireRequestOf(recording);
      for (let kept = 0; kept < events.length; kept++) {
        const cut = Buffer.from(events.slice(0, kept).join(''));
        for (const bytesLeft of [
          cut,
          Buffer.concat([cut, Buffer.from((events[kept] ?? '').slice(0, -5))]),
        ]) {
          const played = translate(connection, request, bytesLeft);
          const passed = stream(connection, requestOf(recording), bytesLeft);
          expect(played).toMatchObject({ phase: 'failed', code: 'provider.interrupted' });
          expect(passed).toMatchObject({ phase: 'failed', code: 'provider.interrupted', tail: '' });
          expect(played.usage).toEqual(passed.usage);
          expect(played.events.some(({ type }) => type === 'finish' || type === 'end')).toBe(false);
          count(file, 'cuts');
        }
      }
    }
  });

  it('are refused for what they say', () => {
    for (const { status, respText } of recordings.filter((one) => one.status >= 400)) {
      const body = Buffer.from(respText);
      const { code, retryAfterMs } = connection.decodeFailure({ status, headers: {}, body }, 0);
      const expected: Record<number, RegExp> = {
        400: /API key/.test(respText) ? /rejected_credentials/ : /context_too_long/,
        403: /rejected_credentials/,
        429: /rate_limited/,
      };
      expect(code).toMatch(expected[status] ?? /never/);
      if (status === 429) expect(retryAfterMs).toBe(48_000);
      count(file, 'refusals');
    }
  });
});

(isHere ? it : it.skip)('counts what was replayed', () => {
  console.table(tally);
  console.log('not replayed here:', left);
  for (const file of FILES) expect(tally[file]?.['answers translated']).toBeGreaterThan(0);
});
