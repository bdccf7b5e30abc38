import fc from 'fast-check';
import { encodeFrames, FrameKind, FrameReader, frame, frameBytes } from '../src/wire/frame.ts';

const anyFrame = fc
  .record({
    kind: fc.constantFrom(...Object.values(FrameKind)),
    header: fc.option(fc.json(), { nil: '' }),
    context: fc.option(fc.uint8Array(), { nil: null }),
    body: fc.option(fc.uint8Array(), { nil: null }),
  })
  .map(({ kind, header, context, body }) => frame(kind, header, context, body));

const encode = (frames: ReturnType<typeof frame>[]): Buffer =>
  encodeFrames(
    frames,
    frames.reduce((sum, one) => sum + frameBytes(one), 0),
  );

describe('frames', () => {
  it('come out of a message as they went in', () => {
    fc.assert(
      fc.property(fc.array(anyFrame, { maxLength: 8 }), (frames) => {
        const reader = new FrameReader(new Uint8Array(encode(frames)));
        for (const one of frames) {
          expect(reader.advance()).toBe(true);
          expect(reader.kind).toBe(one.kind);
          expect(reader.header()).toEqual(one.header === '' ? undefined : JSON.parse(one.header));
          expect([...reader.context()]).toEqual([...(one.context ?? [])]);
          expect([...reader.body()]).toEqual([...(one.body ?? [])]);
        }
        expect(reader.advance()).toBe(false);
        expect(reader.isTorn()).toBe(false);
      }),
    );
  });

  it('of a message that was cut off are seen to be torn, and never read beyond it', () => {
    fc.assert(
      fc.property(anyFrame, fc.nat(), (one, cut) => {
        const whole = encode([one]);
        const reader = new FrameReader(whole.subarray(0, cut % whole.length));
        expect(reader.advance()).toBe(false);
        expect(reader.isTorn()).toBe(cut % whole.length > 0);
      }),
    );
  });
});
