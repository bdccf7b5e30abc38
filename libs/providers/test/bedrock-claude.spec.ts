import { EventStreamCodec } from '@smithy/eventstream-codec';
import fc from 'fast-check';
import { connectionFor, PROVIDERS, type ClientRequest } from '../src/index.ts';
import { stream } from '../src/provider.contract.ts';
import { readWithSdk, streamWithSdk } from './support/anthropic-sdk.ts';
import { eventFrame } from './support/event-frame.ts';
import { bodyOf, hasRecordings, loadRecordings, type Recording } from './support/recordings.ts';

const MODEL = 'us.anthropic.claude-sonnet-4-5-20250929-v1:0';
const isHere = hasRecordings('bedrock');
const recorded = loadRecordings('bedrock').filter(
  ({ endpoint, url, reqJson }) =>
    endpoint.startsWith('invoke') && url.includes('anthropic.') && 'messages' in reqJson,
);

function connect(config: Readonly<Record<string, unknown>> = {}) {
  const connected = PROVIDERS.bedrock.connect({
    baseUrl: 'https://bedrock-runtime.us-east-1.amazonaws.com',
    config,
    credential: 'bedrock-api-key-1234567890',
  });
  if (!connected.ok) throw new Error(connected.failure.internal);
  return connected.value;
}

const connection = connectionFor(connect(), MODEL);

function requestOf(body: unknown, changes: Partial<ClientRequest> = {}): ClientRequest {
  return {
    dialect: 'anthropic-messages',
    operation: 'chat',
    body: Buffer.from(JSON.stringify(body)),
    stream: false,
    usageAsked: true,
    modelAsked: 'claude',
    outputCap: null,
    ...changes,
  };
}

/** As Anthropic's own client would have said it. */
function asAnthropic({ reqJson, endpoint }: Recording): ClientRequest {
  const isStream = endpoint !== 'invoke';
  const body: Record<string, unknown> = { model: 'claude', ...reqJson };
  delete body.anthropic_version;
  if (isStream) body.stream = true;
  return requestOf(body, { stream: isStream });
}

const modelOf = ({ url }: Recording): string =>
  decodeURIComponent(/\/model\/([^/]+)\//.exec(url)?.[1] ?? '');

const codec = new EventStreamCodec(
  (bytes) => Buffer.from(bytes as Uint8Array).toString(),
  (text) => Buffer.from(text),
);

/** The JSON texts that the frames hold, and where each frame ends. */
function framesOf(bytes: Buffer): { readonly texts: string[]; readonly ends: number[] } {
  const texts: string[] = [];
  const ends: number[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = at + bytes.readUInt32BE(at);
    const { body } = codec.decode(bytes.subarray(at, end));
    const { bytes: base64 } = JSON.parse(Buffer.from(body).toString());
    texts.push(Buffer.from(base64, 'base64').toString());
    ends.push((at = end));
  }
  return { texts, ends };
}

const asServerSent = (texts: readonly string[]): string =>
  texts.map((text) => `event: ${JSON.parse(text).type}\ndata: ${text}\n\n`).join('');

const tally = { requests: 0, whole: 0, streamed: 0, cuts: 0, refused: 0 };

(isHere ? describe : describe.skip)('recorded calls of Claude through InvokeModel', () => {
  afterAll(() => console.table({ 'bedrock invoke, passed through': tally }));

  it('are asked as they were recorded', () => {
    for (const recording of recorded) {
      const sent = connection.encodeRequest(asAnthropic(recording), modelOf(recording));
      if (!sent.ok) throw new Error(sent.failure.message);
      expect(JSON.parse(Buffer.from(sent.value.body).toString())).toEqual(recording.reqJson);
      const path = `/model/${encodeURIComponent(modelOf(recording))}/${recording.endpoint}`;
      expect(sent.value.path).toBe(path);
      tally.requests++;
    }
    expect(tally.requests).toBeGreaterThan(30);
  });

  it('pass whole, byte for byte', async () => {
    for (const recording of recorded.filter(
      ({ kind, status }) => kind === 'json' && status < 300,
    )) {
      const body = bodyOf(recording);
      const decoded = connection.decodeResponse(asAnthropic(recording), body);
      if (!decoded.ok) throw new Error(`line ${recording.line}: ${decoded.failure.internal}`);
      expect(decoded.body).toEqual(body);
      expect(decoded.facts.usage?.outputTokens).toBe((await outputTokens(body)) ?? -1);
      tally.whole++;
    }
  });

  it('pass streamed, each event as its JSON was, in any slices', async () => {
    for (const recording of recorded.filter(({ kind }) => kind === 'eventstream')) {
      const [bytes, request] = [bodyOf(recording), asAnthropic(recording)];
      const whole = stream(connection, request, bytes);
      const expected = asServerSent(framesOf(bytes).texts);
      expect({ line: recording.line, phase: whole.phase }).toMatchObject({ phase: 'finished' });
      expect(whole.given + whole.tail).toBe(expected);
      const read = await streamWithSdk(Buffer.from(whole.given + whole.tail));
      expect(read.stop_reason).toBe(whole.finishReason);
      for (const size of [1, 997])
        expect(stream(connection, request, bytes, [size])).toEqual(whole);
      tally.streamed++;
    }
  });

  it('never finish when cut at a frame, one byte short or with a broken checksum', () => {
    for (const recording of recorded.filter(({ kind }) => kind === 'eventstream')) {
      const [bytes, request] = [bodyOf(recording), asAnthropic(recording)];
      const { ends } = framesOf(bytes);
      for (const end of ends) {
        const cuts = end === bytes.length ? [end - 1] : [end, end - 1];
        for (const at of cuts) {
          const cut = stream(connection, request, bytes.subarray(0, at));
          expect(cut).toMatchObject({ phase: 'failed', code: 'provider.interrupted', tail: '' });
        }
        const damaged = Buffer.from(bytes);
        damaged[end - 1] = (damaged[end - 1] ?? 0) ^ 1;
        expect(stream(connection, request, damaged)).toMatchObject({
          phase: 'failed',
          code: 'provider.invalid_answer',
          tail: '',
        });
        tally.cuts += cuts.length + 1;
      }
    }
  });

  it('tell refusals', () => {
    for (const recording of recorded.filter(({ status }) => status >= 400)) {
      const { status, respHeaders: headers } = recording;
      const { code } = connection.decodeFailure({ status, headers, body: bodyOf(recording) }, 0);
      const expected = status === 403 ? 'provider.unknown_model' : 'provider.bad_request';
      expect({ line: recording.line, code }).toEqual({ line: recording.line, code: expected });
      tally.refused++;
    }
  });
});

async function outputTokens(body: Buffer): Promise<unknown> {
  const { usage } = await readWithSdk(body);
  return (usage as Readonly<Record<string, unknown>>).output_tokens;
}

describe("Anthropic's clients on Bedrock", () => {
  const plain = { model: 'claude', max_tokens: 9, messages: [{ role: 'user', content: 'hi' }] };
  const sentFor = (config: Readonly<Record<string, unknown>>, request: ClientRequest) => {
    const sent = connectionFor(connect(config), MODEL).encodeRequest(request, MODEL);
    if (!sent.ok) throw new Error(sent.failure.message);
    const { body, headers } = sent.value;
    return { text: Buffer.from(body).toString(), headers };
  };

  it('keep numbers and unknown fields as they were written', () => {
    const body = Buffer.from(
      '{"model":"claude", "stream":true,"max_tokens":9,"x":12345678901234567890,"messages":[]}',
    );
    const { text } = sentFor({}, { ...requestOf({}), body, stream: true });
    expect(text).toBe(
      '{"anthropic_version":"bedrock-2023-05-31","max_tokens":9,"x":12345678901234567890,"messages":[]}',
    );
  });

  it('ask for beta features in the body, those of the operator among them', () => {
    const clientHeaders = { 'anthropic-beta': 'context-1m-2025-08-07, files-x' };
    const { text } = sentFor({ betas: ['of-the-operator'] }, requestOf(plain, { clientHeaders }));
    expect(JSON.parse(text).anthropic_beta).toEqual([
      'of-the-operator',
      'context-1m-2025-08-07',
      'files-x',
    ]);
  });

  it('are asked for with the latency that the operator configured', () => {
    const { headers } = sentFor({ performanceConfig: { latency: 'optimized' } }, requestOf(plain));
    expect(headers.join()).toContain('x-amzn-bedrock-performanceconfig-latency,optimized');
  });

  it('go over Converse where a guardrail is configured, or another vendor made the model', () => {
    const guarded = connect({
      guardrailConfig: { guardrailIdentifier: 'g', guardrailVersion: '1' },
    });
    expect(connectionFor(guarded, MODEL).dialects.size).toBe(0);
    expect(connectionFor(connect(), 'amazon.nova-lite-v1:0').dialects.size).toBe(0);
  });

  it.each([
    [
      'an image by URL',
      { type: 'image', source: { type: 'url', url: 'https://a.example' } },
      false,
    ],
    ['a text that speaks of one', { type: 'text', text: '{"type":"url"}' }, true],
  ])('pass or are translated: %s', (_name, block, passes) => {
    const body = { ...plain, messages: [{ role: 'user', content: [block] }] };
    expect(connection.passes?.(requestOf(body))).toBe(passes);
  });

  const event = (json: object) =>
    eventFrame('chunk', { bytes: Buffer.from(JSON.stringify(json)).toString('base64') });
  const START = {
    type: 'message_start',
    message: { usage: { input_tokens: 3, output_tokens: 1 } },
  };
  const GOOD = [
    START,
    { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
    {
      type: 'content_block_delta',
      ...{ index: 0, delta: { type: 'text_delta', text: '\n\nevent: message_stop\n\n€😀' } },
    },
    { type: 'content_block_stop', index: 0 },
    {
      type: 'message_delta',
      ...{ delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 5 } },
    },
    { type: 'message_stop', 'amazon-bedrock-invocationMetrics': { inputTokenCount: 3 } },
  ];

  it('get the same for any slicing of the bytes, and nothing behind the end', () => {
    const asked = requestOf(plain, { stream: true });
    const bytes = Buffer.concat(GOOD.map(event));
    const whole = stream(connection, asked, bytes);
    expect(whole).toMatchObject({ phase: 'finished', usage: { inputTokens: 3, outputTokens: 5 } });
    expect(whole.given + whole.tail).toBe(asServerSent(GOOD.map((one) => JSON.stringify(one))));
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1 }), (sizes) => {
        expect(stream(connection, asked, bytes, sizes)).toEqual(whole);
      }),
    );
    const more = Buffer.concat([bytes, bytes, Buffer.from('garbage')]);
    for (const size of [1, 7, more.length])
      expect(stream(connection, asked, more, [size])).toEqual(whole);
  });

  it('never throw at what may come', () => {
    fc.assert(
      fc.property(fc.json(), fc.uint8Array({ maxLength: 300 }), (json, noise) => {
        const asked = requestOf(plain, { stream: true });
        const frames = [eventFrame('chunk', json), eventFrame('chunk', { bytes: json })];
        stream(connection, asked, Buffer.concat(frames));
        stream(connection, asked, Buffer.from(noise));
      }),
    );
  });

  it('hear of an exception inside a stream', () => {
    const bytes = Buffer.concat([
      event(START),
      event({ type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } }),
      eventFrame(
        'x',
        { message: 'Too many requests' },
        { ':message-type': 'exception', ':exception-type': 'throttlingException' },
      ),
    ]);
    for (const size of [1, bytes.length])
      expect(stream(connection, requestOf(plain, { stream: true }), bytes, [size])).toMatchObject({
        phase: 'failed',
        code: 'provider.rate_limited',
        usage: { inputTokens: 3 },
      });
  });
});
