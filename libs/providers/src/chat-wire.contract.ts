import { type Answer, type AnswerEvent, AnswerFold } from '@tollgate/neutral';
import fc from 'fast-check';
import type { ChatWire, WireRequest } from './chat-wire.ts';

/** What a wire looks like, for the laws below. */
export interface WireSample {
  readonly wire: ChatWire;
  readonly request: WireRequest;
  /** Whole frames of one good stream, in order, the last one terminal. */
  readonly frames: readonly Buffer[];
  /** The unary answer with the same content, finish reason and usage. */
  readonly answer: Buffer;
  /** A frame of the wire around any JSON. */
  readonly frameOf: (json: unknown) => Buffer;
}

export interface WireReading {
  readonly events: readonly AnswerEvent[];
  readonly phase: string;
  readonly code: string | null;
  readonly usage: unknown;
  readonly finishReason: string | null;
}

/** Feeds the bytes in slices of the given sizes, used in turn, and keeps what comes out. */
export function readWire(
  { wire, request }: Pick<WireSample, 'wire' | 'request'>,
  bytes: Buffer,
  sizes: readonly number[] = [bytes.length],
): WireReading {
  const events: AnswerEvent[] = [];
  const reader = wire.streamReader({ ...request, stream: true }, (event) => events.push(event));
  let turn = 0;
  for (let at = 0; at < bytes.length; ) {
    const size = Math.max(1, sizes[turn++ % sizes.length] ?? 1);
    reader.push(Buffer.from(bytes.subarray(at, at + size)));
    at += size;
  }
  reader.end();
  const { phase, failure, usage, finishReason } = reader;
  return { events, phase, code: failure?.code ?? null, usage, finishReason };
}

export function foldWire(events: readonly AnswerEvent[]): Answer {
  const folded = new AnswerFold();
  for (const event of events) folded.push(event);
  return folded.answer();
}

/** The laws that every chat wire keeps. */
export function chatWireContract(name: string, sample: WireSample): void {
  describe(`${name} as a chat wire`, () => {
    const bytes = Buffer.concat(sample.frames);
    const whole = readWire(sample, bytes);

    it('tells a stream as what the unary answer holds', () => {
      expect(whole.phase).toBe('finished');
      const decoded = sample.wire.decodeAnswer(sample.answer, sample.request);
      if (!decoded.ok) throw new Error(decoded.failure.internal);
      expect(foldWire(whole.events)).toEqual(decoded.answer);
      expect(decoded.facts).toMatchObject({
        usage: whole.usage,
        finishReason: whole.finishReason,
      });
      expect(whole.usage).not.toBeNull();
    });

    it('tells the same for any slicing of the bytes', () => {
      fc.assert(
        fc.property(fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1 }), (sizes) => {
          expect(readWire(sample, bytes, sizes)).toEqual(whole);
        }),
      );
    });

    it('tells nothing after the end, and each thing once', () => {
      const more = Buffer.concat([bytes, bytes, Buffer.from('garbage')]);
      for (const size of [1, 7, more.length]) expect(readWire(sample, more, [size])).toEqual(whole);
      const count = (type: AnswerEvent['type']): number =>
        whole.events.filter((event) => event.type === type).length;
      expect([count('start'), count('finish'), count('usage'), count('end')]).toEqual([1, 1, 1, 1]);
      expect(whole.events.at(-1)).toEqual({ type: 'end' });
    });

    it('never ends cleanly when it was cut', () => {
      for (let at = 0; at < bytes.length - 2; at++) {
        const cut = readWire(sample, bytes.subarray(0, at));
        expect(cut).toMatchObject({ phase: 'failed', code: 'provider.interrupted' });
        expect(cut.events.some(({ type }) => type === 'finish' || type === 'end')).toBe(false);
      }
    });

    it('throws at nothing that may come', () => {
      fc.assert(
        fc.property(fc.json(), fc.uint8Array({ maxLength: 300 }), (json, noise) => {
          sample.wire.decodeAnswer(Buffer.from(json), sample.request);
          sample.wire.decodeAnswer(Buffer.from(noise), sample.request);
          readWire(sample, sample.frameOf(JSON.parse(json)));
          readWire(sample, Buffer.from(noise));
        }),
      );
    });
  });
}
