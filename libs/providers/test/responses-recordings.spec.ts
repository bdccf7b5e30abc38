import type { ProviderSlug } from '@tollgate/contracts';
import { CHAT_CODECS } from '@tollgate/dialects';
import { Losses } from '@tollgate/neutral';
import type { ChatWire } from '../src/chat-wire.ts';
import { PROVIDERS } from '../src/provider-registry.ts';
import { stream } from '../src/provider.contract.ts';
import type { ClientRequest, ProviderConnection, StreamDecoder } from '../src/provider.ts';
import { foldEvents, orderOf, readStream, wireRequest } from './support/read-wire.ts';
import { bodyOf, hasRecordings, loadRecordings, type Recording } from './support/recordings.ts';
import {
  comparable,
  CONTRADICTS,
  contradictsItself,
  sealedIn,
  seenAlike,
} from './support/responses-alike.ts';
import { asRoundTripped, asSent } from './support/responses-requests.ts';
import {
  eventsWithSdk,
  readWithSdk,
  repeatedIds,
  seen,
  streamWithSdk,
} from './support/responses-sdk.ts';

const VENDORS = [
  'openai',
  'azure',
  'xai',
  'openrouter',
  'deepseek',
] as const satisfies readonly ProviderSlug[];
const codec = CHAT_CODECS['openai-responses'];

interface Tally {
  requests: number;
  requestsRefused: number;
  unary: number;
  streamed: number;
  cuts: number;
  refused: number;
  costs: number;
}

const table: Record<string, Tally> = {};
const notCarried: Record<string, number> = {};

describe.each(VENDORS.filter(hasRecordings))('recorded responses of %s', (slug) => {
  const connection = connect(slug);
  const wire = wireOf(connection);
  const recordings = loadRecordings(slug).filter(({ url }) => url.includes('/responses'));
  const good = recordings.filter(({ status }) => status === 200);
  const unary = good.filter(({ kind }) => kind === 'json');
  const streamed = good.filter(({ kind }) => kind === 'sse');
  const tally: Tally = {
    requests: 0,
    requestsRefused: 0,
    unary: 0,
    streamed: 0,
    cuts: 0,
    refused: 0,
    costs: 0,
  };
  table[slug] = tally;

  it('guarantees that requests pass as they are, and equal over the neutral model', () => {
    for (const { reqJson, line } of recordings) {
      const model = String(reqJson.model);
      const request = clientRequest(reqJson);
      const passed = connection.encodeRequest({ ...request, modelAsked: 'other' }, model);
      expect(passed).toMatchObject({ ok: true });
      if (passed.ok) expect(JSON.parse(Buffer.from(passed.value.body).toString())).toEqual(reqJson);

      const conversation = codec.decodeRequest(reqJson);
      if (!conversation.ok) {
        expect(conversation.failure.code).toBe('request.unsupported_by_provider');
        const why = conversation.failure.message.replace(/\d+/, 'n');
        notCarried[why] = (notCarried[why] ?? 0) + 1;
        tally.requestsRefused++;
        continue;
      }
      const losses = new Losses('strict', slug);
      const encoded = wire.encodeRequest(
        wireRequest(model, {
          conversation: conversation.value,
          stream: reqJson.stream === true,
          losses,
        }),
      );
      expect({ line, settled: losses.settle() }).toMatchObject({ settled: { ok: true } });
      const body = encoded.ok ? JSON.parse(Buffer.from(encoded.value.body).toString()) : null;
      expect({ line, body: asSent(body) }).toEqual({ line, body: asRoundTripped(reqJson) });
      tally.requests++;
    }
  });

  it('guarantees that whole answers read the same, passed through and over the neutral model', async () => {
    for (const recording of unary) {
      const body = bodyOf(recording);
      const raw = await readWithSdk(body);
      const passed = connection.decodeResponse(clientRequest(recording.reqJson), body);
      expect(passed).toMatchObject({ ok: true });
      if (passed.ok) expect(passed.body).toBe(body);
      const decoded = wire.decodeAnswer(body, wireRequest('m'));
      if (!decoded.ok || !passed.ok) throw new Error(`line ${recording.line}`);
      expect(decoded.facts).toMatchObject({
        usage: passed.facts.usage,
        finishReason: passed.facts.finishReason,
      });
      expectCost(raw, passed.facts.reportedCostPicoUsd);
      const encoded = codec.encodeAnswer(decoded.answer, contextOf(recording));
      const read = await readWithSdk(encoded);
      expect({ line: recording.line, ...seen(read) }).toEqual({
        line: recording.line,
        ...seenAlike(raw, read),
      });
      expect(repeatedIds(read)).toEqual([]);
      tally.unary++;
    }
  });

  it('guarantees that streams read the same, passed through and over the neutral model', async () => {
    for (const recording of streamed) {
      const bytes = bodyOf(recording);
      const raw = await streamWithSdk(bytes);
      const request = { ...clientRequest(recording.reqJson), stream: true };
      const passed = stream(connection, request, bytes);
      expect({ line: recording.line, ...passed }).toMatchObject({ phase: 'finished', code: null });
      const relayed = Buffer.from(passed.given + passed.tail);
      expect(await eventsWithSdk(relayed)).toEqual(await eventsWithSdk(bytes));
      for (const size of [1, 997])
        expect(stream(connection, request, bytes, [size])).toEqual(passed);

      const whole = readStream(wire, wireRequest('m'), bytes);
      expect({ line: recording.line, ...whole }).toMatchObject({ phase: 'finished', code: null });
      expect(orderOf(whole.events)).toBe('kept');
      expect(whole.usage).toEqual(passed.usage);
      for (const size of [1, 997])
        expect(readStream(wire, wireRequest('m'), bytes, [size])).toEqual(whole);
      if (contradictsItself(relayed)) {
        notCarried[CONTRADICTS] = (notCarried[CONTRADICTS] ?? 0) + 1;
        continue;
      }
      const told = tell(whole.events, recording);
      const read = await streamWithSdk(Buffer.concat(told));
      const accumulated = await streamWithSdk(told[0]);
      expect(accumulated.output).toEqual(read.output);
      const { reportedCostPicoUsd } = decodeStream(connection, request, bytes);
      expectCost(raw, reportedCostPicoUsd);
      const sealed = sealedIn(bytes);
      expect({ line: recording.line, ...comparable(seen(read), sealed) }).toEqual({
        line: recording.line,
        ...comparable(seenAlike(raw, read), sealed),
      });
      expect(repeatedIds(read)).toEqual([]);
      // Folded, the stream is the answer that its last event holds.
      const unaryBody = Buffer.from(JSON.stringify(raw));
      const decoded = wire.decodeAnswer(unaryBody, wireRequest('m'));
      if (decoded.ok && raw.output.length > 0)
        expect({ line: recording.line, ...comparable(foldEvents(whole.events), sealed) }).toEqual({
          line: recording.line,
          ...comparable(decoded.answer, sealed),
        });
      tally.streamed++;
    }
  });

  it('guarantees that a cut stream never ends cleanly', () => {
    for (const recording of streamed) {
      const bytes = bodyOf(recording);
      const text = bytes.toString('latin1');
      const ends = [...text.matchAll(/\r?\n\r?\n/g)].map(({ index, 0: end }) => index + end.length);
      const terminal = text.search(
        /(event: response\.(completed|incomplete)\r?\n)?data: \{[^\n]*"type":"response\.(completed|incomplete)"/,
      );
      const cuts = ends.filter((end) => end <= terminal);
      const lastBrace = text.lastIndexOf(
        '}',
        text.indexOf('\n', text.indexOf('data:', terminal) + 1),
      );
      for (const cut of [0, ...cuts, ...cuts.map((end) => end - 3), lastBrace]) {
        const part = bytes.subarray(0, cut);
        const request = { ...clientRequest(recording.reqJson), stream: true };
        const passed = stream(connection, request, part);
        const where = { line: recording.line, cut };
        expect({ ...where, ...passed }).toMatchObject({ phase: 'failed', tail: '' });
        const read = readStream(wire, wireRequest('m'), part);
        expect({ ...where, ...read }).toMatchObject({
          phase: 'failed',
          code: 'provider.interrupted',
        });
        expect(read.events.some(({ type }) => type === 'end' || type === 'finish')).toBe(false);
        tally.cuts++;
      }
    }
  });

  it('guarantees that refusals are told apart', () => {
    for (const recording of recordings.filter(({ status }) => status >= 400)) {
      const answer = { status: recording.status, headers: {}, body: bodyOf(recording) };
      const { code } = connection.decodeFailure(answer, 0);
      const expected: Record<number, RegExp> = {
        400: /bad_request|context_too_long/,
        401: /rejected_credentials/,
      };
      expect(code).toMatch(expected[recording.status] ?? /never/);
      tally.refused++;
    }
  });

  function expectCost(raw: object, cost: bigint | null): void {
    const usage: unknown = 'usage' in raw ? raw.usage : null;
    if (typeof usage !== 'object' || usage === null) return;
    if ('cost_in_usd_ticks' in usage)
      expect(cost).toBe(BigInt(Number(usage.cost_in_usd_ticks)) * 100n);
    else if ('cost' in usage) expect(Number(cost) / 1e12).toBeCloseTo(Number(usage.cost), 11);
    else return expect(cost).toBeNull();
    tally.costs++;
  }
});

describe('the recorded responses', () => {
  it('are counted', () => {
    console.table(table);
    console.table(notCarried);
    for (const [slug, { unary, streamed, requests }] of Object.entries(table))
      expect({ slug, isSome: unary > 0 && streamed > 0 && requests > 0 }).toEqual({
        slug,
        isSome: true,
      });
  });
});

function connect(slug: ProviderSlug): ProviderConnection {
  const baseUrl = PROVIDERS[slug].defaultBaseUrl ?? 'https://x.openai.azure.com';
  const config = { api: 'responses' };
  const connected = PROVIDERS[slug].connect({ baseUrl, config, credential: 'key' });
  if (!connected.ok) throw new Error(connected.failure.internal);
  return connected.value;
}

function wireOf({ chat }: ProviderConnection): ChatWire {
  if (!chat) throw new Error('no chat wire');
  return chat;
}

function clientRequest(reqJson: Recording['reqJson']): ClientRequest {
  return {
    dialect: 'openai-responses',
    operation: 'chat',
    body: Buffer.from(JSON.stringify(reqJson)),
    stream: reqJson.stream === true,
    usageAsked: true,
    modelAsked: String(reqJson.model),
    outputCap: null,
  };
}

function contextOf({ line, reqJson }: Recording): Parameters<typeof codec.encodeAnswer>[1] {
  return {
    requestId: `req_${line}`,
    modelAsked: String(reqJson.model),
    usageAsked: true,
    nowS: 1_790_000_000,
    request: reqJson,
  };
}

/** The events before the last one, and the last. */
function tell(
  events: ReturnType<typeof readStream>['events'],
  recording: Recording,
): [Uint8Array, Uint8Array] {
  const frames: Uint8Array[] = [];
  const encoder = codec.streamEncoder(contextOf(recording), (bytes) => frames.push(bytes));
  for (const event of events) encoder.push(event);
  return [Buffer.concat(frames), encoder.tail];
}

function decodeStream(
  connection: ProviderConnection,
  request: ClientRequest,
  bytes: Buffer,
): StreamDecoder {
  const decoder = connection.streamDecoder(request, () => undefined);
  decoder.push(bytes);
  decoder.end();
  return decoder;
}
