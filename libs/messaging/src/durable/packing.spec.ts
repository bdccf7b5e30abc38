import { ENCODING_HEADER, pack, unpack, ZSTD } from './packing.ts';

describe('packing', () => {
  it('gives back what it was given, in far less room where events repeat one another', () => {
    const events = Array.from(
      { length: 200 },
      (_, i) => `{"v":1,"id":"req_${i}","model":"gpt-4o-mini","cost":"${i}"}`,
    );
    const payload = Buffer.from(events.join('\n'));
    const packed = pack(payload);
    expect(packed.headers).toEqual({ [ENCODING_HEADER]: ZSTD });
    expect(packed.payload.length).toBeLessThan(payload.length / 5);
    expect(unpack(packed.payload, ZSTD).equals(payload)).toBe(true);
  });

  it('leaves what is small as it is', () => {
    const payload = Buffer.from('{"id":"a"}');
    expect(pack(payload)).toEqual({ payload, headers: {} });
    expect(unpack(payload, undefined)).toBe(payload);
  });

  it('hands on what cannot be unpacked, and does not swell without bound', () => {
    const broken = Buffer.from('not packed at all');
    expect(unpack(broken, ZSTD)).toBe(broken);
    const bomb = pack(Buffer.alloc(64 * 1024 * 1024)).payload;
    expect(unpack(bomb, ZSTD)).toBe(bomb);
  });
});
