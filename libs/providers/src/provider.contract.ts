import fc from 'fast-check';
import { connectionFor } from './connection-for.ts';
import type { ClientRequest, Provider, ProviderConnection } from './provider.ts';

/** What a provider's own wire looks like, for the laws below. */
export interface ContractSample {
  readonly provider: Provider;
  readonly baseUrl: string;
  readonly config?: Readonly<Record<string, unknown>>;
  /** Where the wire goes by the model's name. */
  readonly model?: string;
  /** Whole events of one good stream, in order, the last one terminal. */
  readonly events: readonly string[];
  /** The unary answer with the same content, finish reason and usage. */
  readonly answer: string;
  /** The events that a client which did not ask for usage gets. */
  readonly shown: readonly string[];
  readonly request: ClientRequest;
}

export interface Streamed {
  readonly given: string;
  readonly tail: string;
  readonly phase: string;
  readonly code: string | null;
  readonly usage: unknown;
  readonly finishReason: string | null;
}

export function connectSample({
  provider,
  baseUrl,
  config = {},
  model = '',
}: ContractSample): ProviderConnection {
  const connected = provider.connect({ baseUrl, config, credential: 'credential' });
  if (!connected.ok) throw new Error(connected.failure.internal);
  return connectionFor(connected.value, model);
}

/** Feeds the bytes in slices of the given sizes (used in turn) and collects what comes out. */
export function stream(
  connection: ProviderConnection,
  request: ClientRequest,
  bytes: Buffer,
  sizes: readonly number[] = [bytes.length],
): Streamed {
  const given: Uint8Array[] = [];
  const decoder = connection.streamDecoder(request, (frames) => given.push(frames));
  let turn = 0;
  for (let at = 0; at < bytes.length; ) {
    const size = Math.max(1, sizes[turn++ % sizes.length] ?? 1);
    decoder.push(Buffer.from(bytes.subarray(at, at + size)));
    at += size;
  }
  decoder.end();
  return {
    given: Buffer.concat(given).toString(),
    tail: Buffer.from(decoder.tail).toString(),
    phase: decoder.phase,
    code: decoder.failure?.code ?? null,
    usage: decoder.usage,
    finishReason: decoder.finishReason,
  };
}

/** How the vendors write that they say why an answer ended. */
const FINISH = /"(finish_reason|stop_reason|finishReason)":\s*"/;

/** The laws that every provider keeps. */
export function providerContract(name: string, sample: ContractSample): void {
  describe(`${name} as a provider`, () => {
    const connection = connectSample(sample);
    const { request } = sample;
    const streamRequest: ClientRequest = { ...request, stream: true };
    const bytes = Buffer.from(sample.events.join(''));
    const whole = stream(connection, streamRequest, bytes);

    it('gives the shown events and keeps the terminal one back', () => {
      expect(whole.phase).toBe('finished');
      expect(whole.given + whole.tail).toBe(sample.shown.join(''));
      expect(whole.tail).toBe(sample.shown.at(-1));
    });

    it('gives the same for any slicing of the bytes', () => {
      fc.assert(
        fc.property(fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1 }), (sizes) => {
          expect(stream(connection, streamRequest, bytes, sizes)).toEqual(whole);
        }),
      );
    });

    it('reports the same usage and finish reason streamed and unary', () => {
      const decoded = connection.decodeResponse(request, Buffer.from(sample.answer));
      expect(decoded).toMatchObject({
        ok: true,
        facts: { usage: whole.usage, finishReason: whole.finishReason },
      });
      expect(whole.usage).not.toBeNull();
    });

    it('gives nothing after the terminal event', () => {
      const more = Buffer.concat([bytes, bytes, Buffer.from('garbage')]);
      for (const size of [1, 7, more.length])
        expect(stream(connection, streamRequest, more, [size])).toEqual(whole);
    });

    it('never ends cleanly when it was cut before the finish reason', () => {
      const finishAt = sample.events.findIndex((event) => FINISH.test(event));
      for (let count = 0; count < finishAt; count++) {
        const cut = Buffer.from(sample.events.slice(0, count).join(''));
        expect(stream(connection, streamRequest, cut)).toMatchObject({
          phase: 'failed',
          code: 'provider.interrupted',
          tail: '',
        });
      }
    });

    it('gives whole events alone when cut anywhere', () => {
      const ends = new Set(sample.shown.map((_, i) => sample.shown.slice(0, i).join('').trimEnd()));
      for (let at = 0; at < bytes.length / 2; at++) {
        const { given } = stream(connection, streamRequest, bytes.subarray(0, at));
        expect(ends).toContain(given.trimEnd());
      }
    });

    it('throws at nothing that may come', () => {
      fc.assert(
        fc.property(fc.json(), fc.uint8Array({ maxLength: 300 }), (json, noise) => {
          connection.decodeResponse(request, Buffer.from(json));
          connection.decodeResponse(request, Buffer.from(noise));
          for (const status of [200, 302, 400, 404, 429, 500])
            connection.decodeFailure({ status, headers: {}, body: Buffer.from(json) }, 0);
          const events = `data: {"choices":[],"usage":${json},"error":null}\n\ndata: ${json}\n\n`;
          stream(connection, streamRequest, Buffer.from(events));
          stream(connection, streamRequest, Buffer.from(noise));
        }),
      );
    });
  });
}
