import { succeed } from '@tollgate/contracts';
import { type AnswerEvent, type LossPolicy, unfoldAnswer } from '@tollgate/neutral';
import type { ClientRequest, StreamDecoder } from '@tollgate/providers';
import { type CallWire, callWire } from '../src/index.ts';
import { ANSWER, connectionOf, FakeCodec, FakeWire, requestOf } from './support/fakes.ts';

const codec = new FakeCodec();

function options(policy: LossPolicy = 'lenient') {
  return { policy, provider: 'fake', nowS: () => 42, codec } as const;
}

function wireFor(wire: FakeWire, request: ClientRequest, policy?: LossPolicy): CallWire {
  const found = callWire(connectionOf(wire), request, options(policy));
  if (!found.ok) throw new Error(found.failure.message);
  return found.value;
}

function events(): AnswerEvent[] {
  const told: AnswerEvent[] = [];
  unfoldAnswer(ANSWER, (event) => told.push(event));
  return told;
}

const lines = (told: readonly AnswerEvent[]) =>
  told.map((event) => `${JSON.stringify(event)}\n`).join('');

/** Feeds the slices and collects what leaves, chunk by chunk. */
function run(
  decoderFor: (emit: (bytes: Uint8Array) => void) => StreamDecoder,
  slices: readonly string[],
): { given: string[]; decoder: StreamDecoder } {
  const given: string[] = [];
  const decoder = decoderFor((bytes) => given.push(Buffer.from(bytes).toString()));
  for (const slice of slices) decoder.push(Buffer.from(slice));
  return { given, decoder };
}

describe('callWire', () => {
  it('answers the connection itself for a dialect of its own', () => {
    const connection = connectionOf(new FakeWire());
    const found = callWire(connection, requestOf({ dialect: 'openai-chat' }), options());
    expect(found).toEqual({ ok: true, value: connection });
  });

  it('refuses under strict what the connection would leave out of the client’s bytes', () => {
    const leavesOut = (droppedParams: readonly string[]) => ({
      ...connectionOf(null),
      encodeRequest: () => succeed({ path: '/', headers: [], body: Buffer.of(1), droppedParams }),
    });
    const request = requestOf({ dialect: 'openai-chat' });
    const encode = (droppedParams: readonly string[], policy: LossPolicy) => {
      const found = callWire(leavesOut(droppedParams), request, options(policy));
      return found.ok ? found.value.encodeRequest(request, 'm') : found;
    };
    expect(encode(['user'], 'lenient')).toMatchObject({ value: { droppedParams: ['user'] } });
    expect(encode([], 'strict')).toMatchObject({ ok: true });
    expect(encode(['user'], 'strict')).toMatchObject({ ok: false, failure: { param: 'user' } });
  });

  it('names dialect and provider where there is no way', () => {
    for (const [connection, dialect] of [
      [connectionOf(null), 'anthropic-messages'],
      [connectionOf(new FakeWire()), 'openai-embeddings'],
    ] as const) {
      const known = { ...options(), codec: undefined };
      expect(callWire(connection, requestOf({ dialect }), known)).toMatchObject({
        ok: false,
        failure: {
          code: 'request.unsupported_by_provider',
          message: `Requests of the dialect "${dialect}" cannot be served by fake.`,
        },
      });
    }
  });

  it('decodes a request once over several candidates, a failing one too', () => {
    const counting = new FakeCodec();
    const request = requestOf();
    const bad = requestOf({ body: Buffer.from('{"bad":true}') });
    for (let i = 0; i < 3; i++) {
      callWire(connectionOf(new FakeWire()), request, { ...options(), codec: counting });
      const refused = callWire(connectionOf(new FakeWire()), bad, {
        ...options(),
        codec: counting,
      });
      expect(refused).toMatchObject({ ok: false, failure: { param: 'bad' } });
    }
    expect(counting.decoded).toBe(2);
  });

  it('refuses a body that is no JSON object', () => {
    for (const body of ['[]', '{', 'null'])
      expect(
        callWire(connectionOf(new FakeWire()), requestOf({ body: Buffer.from(body) }), options()),
      ).toMatchObject({ ok: false, failure: { code: 'request.validation_error' } });
  });
});

describe('a translated request', () => {
  it('names what was lost as the client knows it', () => {
    const wire = new FakeWire();
    wire.losses = 'drop';
    const request = requestOf();
    expect(wireFor(wire, request).encodeRequest(request, 'm-1')).toMatchObject({
      ok: true,
      value: {
        path: '/m-1',
        droppedParams: ['stop_sequences', 'tools[].function.parameters.$schema'],
      },
    });
  });

  it.each([
    ['drop', 'strict'],
    ['refuse', 'lenient'],
  ] as const)('is refused for a %s under %s, in the client’s terms', (losses, policy) => {
    const wire = new FakeWire();
    wire.losses = losses;
    const request = requestOf();
    expect(wireFor(wire, request, policy).encodeRequest(request, 'm-1')).toMatchObject({
      ok: false,
      failure: {
        code: 'request.unsupported_by_provider',
        param: 'stop_sequences',
        message: '"stop_sequences" cannot be expressed on fake.',
      },
    });
  });

  it('says what must be fetched, and hands on what was', () => {
    const wire = new FakeWire();
    wire.urls = ['https://a.example/cat.png'];
    const request = requestOf();
    const translated = wireFor(wire, request);
    expect(translated.mediaToFetch).toEqual(wire.urls);
    const fetched = new Map([
      ['https://a.example/cat.png', { mediaType: 'image/png', base64: '' }],
    ]);
    translated.encodeRequest(request, 'm-1', fetched);
    expect(wire.fetched).toBe(fetched);
  });
});

describe('a translated answer', () => {
  it('is encoded with all that it must know, and keeps the facts', () => {
    const request = requestOf();
    const translated = wireFor(new FakeWire(), request);
    const decoded = translated.decodeResponse(request, Buffer.from('whole'));
    if (!decoded.ok) throw new Error('not decoded');
    expect(JSON.parse(Buffer.from(decoded.body).toString())).toEqual({
      answer: ANSWER,
      requestId: 'req_1',
      modelAsked: 'x',
      nowS: 42,
      request: { model: 'x' },
    });
    expect(decoded.facts).toMatchObject({
      usage: ANSWER.usage,
      reportedCostPicoUsd: 5n,
      finishReason: 'end',
    });
    expect(decoded.facts.estimateOutputTokens()).toBe(9);
  });

  it('passes a failure on', () => {
    const request = requestOf();
    const translated = wireFor(new FakeWire(), request);
    expect(translated.decodeResponse(request, Buffer.from('?'))).toMatchObject({
      ok: false,
      failure: { code: 'provider.invalid_answer' },
    });
  });
});

describe('a translated stream', () => {
  const request = requestOf({ stream: true });
  const stream = (slices: readonly string[]) =>
    run((emit) => wireFor(new FakeWire(), request).streamDecoder(request, emit), slices);

  it('leaves in one piece for each chunk, and keeps the end back', () => {
    const all = lines(events());
    const { given, decoder } = stream([all.slice(0, 300), all.slice(300)]);
    expect(given).toHaveLength(2);
    expect(given.join('') + Buffer.from(decoder.tail).toString()).toBe(all);
    expect(decoder).toMatchObject({ phase: 'finished', failure: null, usage: ANSWER.usage });
  });

  it('gives the same for any slicing, and nothing after the end', () => {
    const all = lines(events());
    const { given, decoder } = stream([...`${all}${all}broken\n`]);
    expect(given.join('') + Buffer.from(decoder.tail).toString()).toBe(all);
    expect(decoder.phase).toBe('finished');
  });

  it('gives nothing while only the head of an answer has come, so that another may be asked', () => {
    const start = lines(events().slice(0, 1));
    const { given, decoder } = stream([start]);
    expect(decoder.phase).toBe('waiting');
    decoder.push(Buffer.from('broken\n'));
    expect(decoder).toMatchObject({ phase: 'failed', failure: { code: 'provider.interrupted' } });
    expect(given).toEqual([]);
  });

  it('never ends cleanly when it is cut', () => {
    const told = events();
    for (let count = 0; count < told.length; count++) {
      const { decoder } = stream([lines(told.slice(0, count))]);
      decoder.end();
      expect(decoder.phase).toBe('failed');
      expect(decoder.tail).toHaveLength(0);
      expect(decoder.estimateOutputTokens()).toBe(3);
    }
  });

  it('is made of a whole answer where the provider gave no stream', () => {
    const translated = wireFor(new FakeWire(), request);
    const { given, decoder } = run(
      (emit) => translated.wholeAnswerDecoder?.(request, emit) as StreamDecoder,
      ['who', 'le'],
    );
    expect(given).toEqual([]);
    decoder.end();
    expect(given.join('') + Buffer.from(decoder.tail).toString()).toBe(lines(events()));
    expect(decoder).toMatchObject({ phase: 'finished', finishReason: 'end', usage: ANSWER.usage });
  });

  it('fails where the whole answer is none', () => {
    const translated = wireFor(new FakeWire(), request);
    const { decoder } = run(
      (emit) => translated.wholeAnswerDecoder?.(request, emit) as StreamDecoder,
      ['?'],
    );
    decoder.end();
    expect(decoder).toMatchObject({ phase: 'failed', usage: null, finishReason: null });
  });
});
