import { type AnswerContext, anthropicMessages, CHAT_CODECS } from '@tollgate/dialects';
import { type Answer, type AnswerEvent, type Conversation, Losses } from '@tollgate/neutral';
import { connectSample, stream } from '../src/provider.contract.ts';
import { PROVIDERS } from '../src/provider-registry.ts';
import type { ClientRequest } from '../src/provider.ts';
import { normalRequest } from './support/anthropic-requests.ts';
import { readWithSdk, streamWithSdk } from './support/anthropic-sdk.ts';
import { foldEvents, readStream, wireRequest } from './support/read-wire.ts';
import { bodyOf, hasRecordings, loadRecordings, type Recording } from './support/recordings.ts';

const isHere = hasRecordings('anthropic');
const all = loadRecordings('anthropic');
const good = all.filter(({ status }) => status === 200);
const messages = good.filter(({ endpoint }) => endpoint === 'messages');
const unary = messages.filter(({ kind }) => kind === 'json');
const streamed = messages.filter(({ kind }) => kind === 'sse');

const connection = connectSample({
  ...{ provider: PROVIDERS.anthropic, baseUrl: 'https://api.anthropic.com' },
  ...{ events: [], shown: [], answer: '', request: requestFor({ reqJson: {}, endpoint: '' }) },
});
const codec = CHAT_CODECS['anthropic-messages'];
const wire = connection.chat;
if (!wire) throw new Error('Anthropic has a wire of its own');

const context: AnswerContext = {
  ...{ requestId: 'req_1', modelAsked: 'm', usageAsked: true, nowS: 0, request: {} },
};
const tally: Record<string, number> = {};
const count = (row: string): void => void (tally[row] = (tally[row] ?? 0) + 1);

function requestFor({ reqJson, endpoint }: Pick<Recording, 'reqJson' | 'endpoint'>): ClientRequest {
  const isCount = endpoint.includes('count_tokens');
  return {
    dialect: isCount ? 'anthropic-count-tokens' : 'anthropic-messages',
    operation: isCount ? 'count_tokens' : 'chat',
    body: Buffer.from(JSON.stringify(reqJson)),
    stream: reqJson['stream'] === true,
    usageAsked: true,
    modelAsked: modelOf(reqJson),
    outputCap: null,
  };
}

function modelOf(reqJson: Recording['reqJson']): string | null {
  return typeof reqJson['model'] === 'string' ? reqJson['model'] : null;
}

function decoded(reqJson: Recording['reqJson']): Conversation {
  const conversation = codec.decodeRequest(reqJson);
  if (!conversation.ok) throw new Error(conversation.failure.message);
  return conversation.value;
}

function encodeEvents(events: readonly AnswerEvent[]): Buffer {
  const frames: Uint8Array[] = [];
  const encoder = codec.streamEncoder(context, (frame) => frames.push(frame));
  for (const event of events) encoder.push(event);
  return Buffer.concat([...frames, encoder.tail]);
}

(isHere ? describe : describe.skip)('what was asked of Anthropic', () => {
  const asked = all.filter(({ reqJson }) => reqJson['messages'] !== undefined);

  it('goes through as it was recorded', () => {
    for (const recording of asked) {
      const request = requestFor(recording);
      const encoded = connection.encodeRequest(request, modelOf(recording.reqJson) ?? '');
      if (!encoded.ok) throw new Error(encoded.failure.code);
      expect(encoded.value.body).toBe(request.body);
      expect(recording.url.replace('?beta=true', '')).toBe(
        `https://api.anthropic.com${encoded.value.path}`,
      );
      count('requests, passed through');
    }
  });

  it('is understood, and comes back from the neutral model as it was', () => {
    for (const { reqJson, line, endpoint } of asked) {
      if (endpoint !== 'messages') continue;
      const parsed = anthropicMessages.parse(Buffer.from(JSON.stringify(reqJson)));
      if (!parsed.ok) throw new Error(`${line}: ${parsed.failure.message}`);
      const losses = new Losses('strict', 'anthropic');
      const changes = {
        ...{ conversation: decoded(reqJson), losses, stream: reqJson['stream'] === true },
      };
      const encoded = wire.encodeRequest(wireRequest(modelOf(reqJson) ?? '', changes));
      if (!encoded.ok) throw new Error(encoded.failure.code);
      expect({ line, ...losses.settle() }).toEqual({ line, ok: true, value: [] });
      const sent = JSON.parse(Buffer.from(encoded.value.body).toString());
      expect({ line, ...normalRequest(sent) }).toEqual({ line, ...normalRequest(reqJson) });
      count('requests, through the neutral model');
    }
  });
});

(isHere ? describe : describe.skip)('what Anthropic answered as a whole', () => {
  it('passes as it is', () => {
    for (const recording of unary) {
      const body = bodyOf(recording);
      const answer = JSON.parse(body.toString());
      const passed = connection.decodeResponse(requestFor(recording), body);
      if (!passed.ok) throw new Error(passed.failure.code);
      expect(passed.body).toBe(body);
      const { input_tokens: input, cache_read_input_tokens: read = 0 } = answer.usage;
      const written = answer.usage.cache_creation_input_tokens ?? 0;
      expect(passed.facts).toMatchObject({
        finishReason: answer.stop_reason,
        usage: { inputTokens: input + read + written, outputTokens: answer.usage.output_tokens },
      });
      count('whole answers, passed through');
    }
  });

  it('reads the same behind the neutral model', async () => {
    for (const recording of unary) {
      const body = bodyOf(recording);
      const read = wire.decodeAnswer(body, wireRequest('m'));
      if (!read.ok) throw new Error(read.failure.code);
      const told = await readWithSdk(codec.encodeAnswer(read.answer, context));
      const row = `line ${recording.line}`;
      expect({ row, ...told }).toEqual({ row, ...(await readWithSdk(body)) });
      count('whole answers, through the neutral model');
    }
  });

  it('counts tokens', () => {
    for (const recording of good.filter(({ endpoint }) => endpoint !== 'messages')) {
      const body = bodyOf(recording);
      expect(connection.decodeResponse(requestFor(recording), body)).toMatchObject({
        ok: true,
        body,
      });
      count('counts of tokens');
    }
  });

  it('is told apart when refused', () => {
    const codes = all
      .filter(({ status }) => status !== 200)
      .map((recording) => {
        const refused = { status: recording.status, headers: {}, body: bodyOf(recording) };
        count('refusals');
        return connection.decodeFailure(refused, 0).code;
      });
    expect(codes.toSorted()).toEqual([
      'provider.bad_request',
      'provider.context_too_long',
      'provider.rejected_credentials',
    ]);
  });
});

(isHere ? describe : describe.skip)('what Anthropic streamed', () => {
  it('passes as it is, in any slices', async () => {
    for (const recording of streamed) {
      const bytes = bodyOf(recording);
      const request = requestFor(recording);
      const whole = stream(connection, request, bytes);
      expect({ line: recording.line, ...whole }).toMatchObject({ phase: 'finished', code: null });
      expect((whole.given + whole.tail).trimEnd()).toBe(bytes.toString().trimEnd());
      for (const size of [1, 997])
        expect(stream(connection, request, bytes, [size])).toEqual(whole);
      const given = Buffer.from(whole.given + whole.tail);
      expect(await streamWithSdk(given)).toEqual(await streamWithSdk(terminated(bytes)));
      count('streams, passed through');
    }
  });

  it('reads the same behind the neutral model, in any slices, and as the whole answer that it folds to', async () => {
    for (const recording of streamed) {
      const bytes = bodyOf(recording);
      const read = readStream(wire, wireRequest('m'), bytes);
      expect({ line: recording.line, ...read }).toMatchObject({ phase: 'finished', code: null });
      for (const size of [1, 997])
        expect(readStream(wire, wireRequest('m'), bytes, [size])).toEqual(read);
      const raw = await streamWithSdk(terminated(bytes));
      const row = `line ${recording.line}`;
      const expected = { row, ...raw };
      expect({ row, ...(await streamWithSdk(encodeEvents(read.events))) }).toEqual(expected);
      const folded: Answer = foldEvents(read.events);
      expect({ row, ...(await readWithSdk(codec.encodeAnswer(folded, context))) }).toEqual(
        expected,
      );
      count('streams, through the neutral model');
    }
  });

  it('says the same to both readers about usage and the end', () => {
    for (const recording of streamed) {
      const bytes = bodyOf(recording);
      const { usage, finishReason } = stream(connection, requestFor(recording), bytes);
      expect(readStream(wire, wireRequest('m'), bytes)).toMatchObject({ usage, finishReason });
      expect(usage).not.toBeNull();
    }
  });

  it('never ends cleanly when it is cut, and keeps what was counted', () => {
    for (const recording of streamed) {
      const text = terminated(bodyOf(recording)).toString();
      const ends = [...text.matchAll(/\n\n/g)].map(({ index }) => index + 2).slice(0, -1);
      const lastEvent = ends.at(-1) ?? 0;
      for (const end of [0, ...ends, text.length - 3]) {
        const cut = Buffer.from(text.slice(0, end));
        const failed = { phase: 'failed', code: 'provider.interrupted' };
        const passed = stream(connection, requestFor(recording), cut);
        expect(passed).toMatchObject({ ...failed, tail: '' });
        const read = readStream(wire, wireRequest('m'), cut);
        expect(read).toMatchObject(failed);
        expect(read.events.some(({ type }) => type === 'end' || type === 'usage')).toBe(false);
        if (end < lastEvent) expect(read.events.some(({ type }) => type === 'finish')).toBe(false);
        expect(read.usage).toEqual(passed.usage);
        if (end > 0) expect(passed.usage).not.toBeNull();
        count('cuts');
      }
      // The last event is whole without the line end behind it.
      const short = Buffer.from(text.slice(0, -1));
      const whole = stream(connection, requestFor(recording), terminated(bodyOf(recording)));
      expect(stream(connection, requestFor(recording), short)).toEqual(whole);
    }
  });
});

(isHere ? it : it.skip)('counts what was replayed', () => {
  console.table(tally);
  expect(tally['requests, through the neutral model']).toBeGreaterThan(390);
  expect(tally['streams, through the neutral model']).toBe(streamed.length);
});

/** The recorded text with the line breaks that a recording may lack at the very end. */
function terminated(bytes: Buffer): Buffer {
  return Buffer.from(`${bytes.toString().trimEnd()}\n\n`);
}
