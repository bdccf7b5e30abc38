import { type ChatDialect, NO_USAGE } from '@tollgate/contracts';
import { CHAT_CODECS } from '@tollgate/dialects';
import { type Answer, AnswerFold, type Conversation, Losses, type Wire } from '@tollgate/neutral';
import type { ClientRequest, StreamDecoder, WireRequest } from '@tollgate/providers';
import fc from 'fast-check';
import { type CallWire, callWire } from '../src/index.ts';
import { callIdsOf, essenceOf, reasoningOf } from './support/essence.ts';
import { MARKS, REQUESTS } from './support/requests.ts';
import { MISSING, type Upstream, UPSTREAMS } from './support/upstreams.ts';

/** The wire that reads what a dialect's clients get. */
const READ_BY: Readonly<Partial<Record<ChatDialect, Wire>>> = {
  'openai-chat': 'openai-chat',
  'tollgate-chat': 'openai-chat',
  'tollgate-complete': 'openai-chat',
  'tollgate-vision': 'openai-chat',
  'openai-responses': 'openai-responses',
  'anthropic-messages': 'anthropic',
  'gemini-generate': 'gemini',
};

/** More digits than a number holds. */
const LONG = '12345678901234567890';

const TEXT = 'Grüezi 🌍\n\ndata: [DONE]\r\n\r\nevent: error "quoted" \\u0000 </s>';

function answerOn(wire: Wire): Answer {
  return {
    id: 'answer-1',
    model: 'm-1',
    createdAt: 1_700_000_000,
    choices: [
      {
        index: 0,
        parts: [
          {
            type: 'reasoning',
            text: 'Let me look.',
            signature: { wire, value: 'c2lnbmF0dXJl' },
          },
          { type: 'text', text: TEXT },
          call('call_a', '{"city":"Bern"}'),
          call('call_b', `{"city":"Z\\u00fcrich","days":[1,2],"id":${LONG}}`),
        ],
        finish: { reason: 'tool_calls', raw: null },
      },
    ],
    usage: { ...NO_USAGE, inputTokens: 120, cachedInputTokens: 20, outputTokens: 30 },
  };
}

function call(id: string, argumentsText: string) {
  return { type: 'tool-call', id, name: 'get_weather', argumentsText, kind: 'function' } as const;
}

const dialects = Object.keys(CHAT_CODECS) as (keyof typeof CHAT_CODECS)[];
const PAIRS = dialects.flatMap((dialect) =>
  UPSTREAMS.map((upstream) => ({ dialect, upstream, name: `${dialect} → ${upstream.wire}` })),
);

/** The responses API has no stop sequences: what asks for them is refused, see below. */
function bodyFor(dialect: ChatDialect, { wire }: Upstream): string {
  const whole = JSON.stringify(REQUESTS[dialect]);
  return wire === 'openai-responses' ? whole.replace(STOP, '') : whole;
}

const STOP = /,"(stop|stop_sequences|stopSequences)":\["END"\]/;

function requestOf(dialect: ChatDialect, stream: boolean, upstream: Upstream): ClientRequest {
  const body = bodyFor(dialect, upstream);
  return {
    dialect,
    operation: 'chat',
    body: Buffer.from(stream ? body.replace('{', '{"stream":true,') : body),
    stream,
    usageAsked: true,
    modelAsked: 'm-1',
    outputCap: null,
    requestId: 'req_1',
  };
}

function sent(
  upstream: Upstream,
  request: ClientRequest,
): { wire: CallWire; dropped: string[]; body: string } {
  const { connection, provider } = upstream;
  const found = callWire(connection, request, { policy: 'lenient', provider, nowS: () => 7 });
  if (!found.ok) throw new Error(found.failure.message);
  const encoded = found.value.encodeRequest(request, 'm-1');
  if (!encoded.ok) throw new Error(encoded.failure.message);
  const { droppedParams, body } = encoded.value;
  return { wire: found.value, dropped: [...droppedParams], body: Buffer.from(body).toString() };
}

const EMPTY: Conversation = { messages: [], others: {}, origin: 'openai-chat' };

function reading(stream: boolean): WireRequest {
  const losses = new Losses('lenient', 'reader');
  return { conversation: EMPTY, model: 'm-1', stream, outputCap: null, losses, fetched: new Map() };
}

/** What the wire makes of a whole body. */
function readWhole({ chat }: Upstream, body: Buffer): Answer {
  const read = chat.decodeAnswer(body, reading(false));
  if (!read.ok)
    throw new Error(`${read.failure.internal ?? read.failure.message}: ${body.toString()}`);
  return read.answer;
}

/** What the wire makes of a stream. */
function readStream({ chat }: Upstream, bytes: Buffer): Answer {
  const fold = new AnswerFold();
  const reader = chat.streamReader(reading(true), (event) => fold.push(event));
  reader.push(bytes);
  reader.end();
  if (reader.phase !== 'finished')
    throw new Error(`${reader.failure?.internal ?? reader.phase}: ${bytes.toString()}`);
  return fold.answer();
}

function stream(wire: CallWire, request: ClientRequest, bytes: Buffer, sizes: readonly number[]) {
  const given: Uint8Array[] = [];
  const decoder = wire.streamDecoder(request, (frames) => given.push(frames));
  let turn = 0;
  for (let at = 0; at < bytes.length; ) {
    const size = Math.max(1, sizes[turn++ % sizes.length] ?? 1);
    decoder.push(Buffer.from(bytes.subarray(at, at + size)));
    at += size;
  }
  decoder.end();
  return { decoder, bytes: Buffer.concat([...given, decoder.tail]) };
}

const factsOf = ({ phase, failure, usage, finishReason }: StreamDecoder) => ({
  phase,
  code: failure?.code ?? null,
  usage,
  finishReason,
});

function readerOf(dialect: ChatDialect): Upstream | undefined {
  return UPSTREAMS.find(({ wire }) => wire === READ_BY[dialect]);
}

/** The text of OpenAI's old completions, whole or streamed: no wire reads them. */
function legacyText(bytes: Buffer): string {
  const bodies = bytes.toString().split(/^data: |\n\n(?:data: )?/);
  const chunks = bodies.filter((body) => body.startsWith('{'));
  return chunks
    .map((body) => (JSON.parse(body) as { choices: { text: string }[] }).choices[0]?.text ?? '')
    .join('');
}

describe('each dialect with each wire', () => {
  afterAll(() => {
    const rows = PAIRS.map(({ name, upstream, dialect }) => {
      const { dropped } = sent(upstream, requestOf(dialect, false, upstream));
      return `${name.padEnd(40)} ${dropped.join(', ') || '-'}`;
    });
    const missing = MISSING.map((one) => `no wire ${one}`);
    console.info(
      [`${PAIRS.length} pairs; what each drops of the sample:`, ...rows, ...missing].join('\n'),
    );
  });

  it.each(PAIRS)('$name: the request carries all that must survive', ({ dialect, upstream }) => {
    for (const isStream of [false, true]) {
      const { body } = sent(upstream, requestOf(dialect, isStream, upstream));
      expect(JSON.parse(body)).toEqual(expect.any(Object));
      const asked = bodyFor(dialect, upstream);
      for (const mark of MARKS) if (asked.includes(mark)) expect(body).toContain(mark);
    }
  });

  it.each(PAIRS)('$name: the whole answer is the same', ({ dialect, upstream }) => {
    const request = requestOf(dialect, false, upstream);
    const { wire } = sent(upstream, request);
    const said = upstream.whole(answerOn(upstream.wire));
    const meant = readWhole(upstream, said);
    expect(essenceOf(meant)).toEqual(essenceOf(answerOn(upstream.wire)));
    const decoded = wire.decodeResponse(request, said);
    if (!decoded.ok) throw new Error(decoded.failure.internal);
    expect(decoded.facts.usage).toEqual(meant.usage);
    const reader = readerOf(dialect);
    if (!reader) return expect(legacyText(Buffer.from(decoded.body))).toBe(TEXT);
    const read = readWhole(reader, Buffer.from(decoded.body));
    expect(essenceOf(read)).toEqual(essenceOf(meant));
    expect(reasoningOf(read)).toBe(reasoningOf(meant));
    expect(new Set(callIdsOf(read)).size).toBe(2);
    expect(Buffer.from(decoded.body).toString()).toContain(LONG);
  });

  it.each(PAIRS)('$name: the stream folds to the whole answer', ({ dialect, upstream }) => {
    const request = requestOf(dialect, true, upstream);
    const { wire } = sent(upstream, request);
    const said = upstream.stream(answerOn(upstream.wire));
    const { decoder, bytes } = stream(wire, request, said, [said.length]);
    expect(factsOf(decoder)).toMatchObject({ phase: 'finished', code: null });
    expect(decoder.usage).toMatchObject({ inputTokens: 120, outputTokens: 30 });
    expect(decoder.estimateOutputTokens()).toBeGreaterThan(0);
    const reader = readerOf(dialect);
    if (!reader) return expect(legacyText(bytes)).toBe(TEXT);
    expect(bytes.toString()).toContain(LONG);
    const folded = readStream(reader, bytes);
    const whole = readWhole(upstream, upstream.whole(answerOn(upstream.wire)));
    expect(essenceOf(folded)).toEqual(essenceOf(whole));
    expect(reasoningOf(folded)).toBe(reasoningOf(whole));
  });

  it.each(PAIRS)('$name: any slicing gives the same bytes', ({ dialect, upstream }) => {
    const request = requestOf(dialect, true, upstream);
    const said = upstream.stream(answerOn(upstream.wire));
    const whole = stream(sent(upstream, request).wire, request, said, [said.length]);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1 }), (sizes) => {
        const sliced = stream(sent(upstream, request).wire, request, said, sizes);
        expect(sliced.bytes.equals(whole.bytes)).toBe(true);
        expect(factsOf(sliced.decoder)).toEqual(factsOf(whole.decoder));
      }),
      { numRuns: 25 },
    );
    const twice = Buffer.concat([said, said]);
    const more = stream(sent(upstream, request).wire, request, twice, [twice.length]);
    expect(more.bytes.equals(whole.bytes)).toBe(true);
  });

  it.each(PAIRS)('$name: a cut stream never ends cleanly', ({ dialect, upstream }) => {
    const request = requestOf(dialect, true, upstream);
    const said = upstream.stream(answerOn(upstream.wire));
    const whole = stream(sent(upstream, request).wire, request, said, [said.length]);
    const { tail } = whole.decoder;
    for (let at = 0; at < said.length * 0.7; at += 13) {
      const cut = stream(sent(upstream, request).wire, request, said.subarray(0, at), [at || 1]);
      expect(cut.decoder.phase).toBe('failed');
      expect(cut.decoder.failure?.code).toMatch(/^provider\./);
      expect(cut.decoder.tail).toHaveLength(0);
      expect(tail.length > 0 && cut.bytes.includes(Buffer.from(tail))).toBe(false);
    }
  });

  it.each(PAIRS)(
    '$name: a whole answer to a stream request is unfolded',
    ({ dialect, upstream }) => {
      const request = requestOf(dialect, true, upstream);
      const { wire } = sent(upstream, request);
      const given: Uint8Array[] = [];
      const decoder = wire.wholeAnswerDecoder?.(request, (frames) => given.push(frames));
      decoder?.push(upstream.whole(answerOn(upstream.wire)));
      decoder?.end();
      expect(decoder?.phase).toBe('finished');
      const reader = readerOf(dialect);
      if (!reader || !decoder) return;
      const folded = readStream(reader, Buffer.concat([...given, decoder.tail]));
      expect(essenceOf(folded)).toEqual(essenceOf(answerOn(upstream.wire)));
    },
  );

  it.each([
    ['openai-chat', 'stop'],
    ['anthropic-messages', 'stop_sequences'],
    ['gemini-generate', 'generationConfig.stopSequences'],
  ] as const)('%s → openai-responses: "%s" is refused by its own name', (dialect, param) => {
    const upstream = UPSTREAMS.find(({ wire }) => wire === 'openai-responses');
    if (!upstream) throw new Error('no such wire');
    const body = Buffer.from(JSON.stringify(REQUESTS[dialect]));
    const request = { ...requestOf(dialect, false, upstream), body };
    expect(() => sent(upstream, request)).toThrow(`"${param}" cannot be expressed on openai.`);
  });
});
