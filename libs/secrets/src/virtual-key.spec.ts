import { hashKey, makeAdminTokenText, makeKeyText } from './virtual-key.ts';

describe('a virtual key', () => {
  it('has a prefix and forty characters of base 62, never the same twice', () => {
    const keys = Array.from({ length: 200 }, () => makeKeyText());
    for (const key of keys) expect(key).toMatch(/^tg_live_[0-9A-Za-z]{40}$/);
    expect(new Set(keys).size).toBe(200);
    expect(makeAdminTokenText()).toMatch(/^tg_admin_[0-9A-Za-z]{40}$/);
  });

  it('throws away the bytes that would favour some characters', () => {
    let calls = 0;
    const random = (count: number): Uint8Array =>
      new Uint8Array(count).fill(calls++ === 0 ? 255 : 61);
    expect(makeKeyText(random)).toBe(`tg_live_${'z'.repeat(40)}`);
    expect(calls).toBe(2);
  });

  it('is found by the SHA-256 of its text', () => {
    expect(hashKey('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  });
});
