import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { open, openBytes, seal, sealBytes } from './envelope.ts';
import { createKeyRing } from './key-ring.ts';

const newKey = (): string => randomBytes(32).toString('base64');
const ring = createKeyRing(newKey());
const binding = { organizationId: 'org_a', secretId: 'sec_a' };

function flipBit(base64: string, at: number): string {
  const bytes = Buffer.from(base64, 'base64');
  const index = at % bytes.length;
  bytes.writeUInt8(bytes.readUInt8(index) ^ (1 << (at % 8)), index);
  return bytes.toString('base64');
}

describe('an envelope', () => {
  it('opens to exactly what was sealed, for any text and owner', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme' }),
        fc.string(),
        fc.string(),
        (text, organizationId, secretId) => {
          const owner = { organizationId, secretId };
          expect(open(ring, owner, seal(ring, owner, text))).toEqual({ ok: true, value: text });
        },
      ),
    );
  });

  it('does not open once any bit of it was changed', () => {
    const sealed = seal(ring, binding, 'sk-some-provider-key');
    fc.assert(
      fc.property(fc.constantFrom('wrappedKey', 'ciphertext'), fc.nat(), (field, at) => {
        const changed = { ...sealed, [field]: flipBit(sealed[field], at) };
        expect(open(ring, binding, changed)).toEqual({ ok: false, failure: 'tampered' });
      }),
    );
  });

  it('does not open when cut short, so that no shorter tag is taken', () => {
    const sealed = seal(ring, binding, 'sk-some-provider-key');
    const bytes = Buffer.from(sealed.ciphertext, 'base64');
    for (let length = 0; length < bytes.length; length++) {
      const ciphertext = bytes.subarray(0, length).toString('base64');
      expect(open(ring, binding, { ...sealed, ciphertext }).ok).toBe(false);
    }
  });

  it('does not open for another organization or under another id', () => {
    const sealed = seal(ring, binding, 'text');
    for (const other of [
      { ...binding, organizationId: 'org_b' },
      { ...binding, secretId: 'sec_b' },
      { organizationId: 'org_as', secretId: 'ec_a' },
    ]) {
      const moved = { ...sealed, ...other };
      expect(open(ring, other, moved)).toEqual({ ok: false, failure: 'tampered' });
    }
  });

  it('never makes the same envelope twice', () => {
    const texts = new Set(
      Array.from({ length: 50 }, () => JSON.stringify(seal(ring, binding, 'same'))),
    );
    expect(texts.size).toBe(50);
  });

  it('opens what a former key sealed, and seals with the new one', () => {
    const [oldKey, newOne] = [newKey(), newKey()];
    const sealedBefore = seal(createKeyRing(oldKey), binding, 'text');
    const rotated = createKeyRing(newOne, [oldKey]);
    expect(open(rotated, binding, sealedBefore)).toEqual({ ok: true, value: 'text' });
    const sealedAfter = seal(rotated, binding, 'text');
    expect(open(createKeyRing(newOne), binding, sealedAfter)).toEqual({ ok: true, value: 'text' });
    expect(open(createKeyRing(newOne), binding, sealedBefore)).toEqual({
      ok: false,
      failure: 'unknown_key',
    });
  });

  it('refuses a key of another length without showing it', () => {
    const short = randomBytes(31).toString('base64');
    expect(() => createKeyRing(short)).toThrow('A key-encryption key must be 32 bytes in base64.');
  });
});

describe('sealed bytes', () => {
  const plain = Buffer.from([0, 255, 1, 128, 7]);

  it('open to exactly what was sealed, for any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const opened = openBytes(ring, binding, sealBytes(ring, binding, bytes));
        expect(opened.ok && opened.value.equals(bytes)).toBe(true);
      }),
    );
  });

  it('do not open once any bit of them was changed, nor cut short', () => {
    const sealed = sealBytes(ring, binding, plain);
    for (let at = 0; at < sealed.length; at++) {
      const changed = Buffer.from(sealed);
      changed.writeUInt8(changed.readUInt8(at) ^ 1, at);
      expect(openBytes(ring, binding, changed).ok).toBe(false);
      expect(openBytes(ring, binding, sealed.subarray(0, at)).ok).toBe(false);
    }
  });

  it('do not open for another organization or under another id', () => {
    const sealed = sealBytes(ring, binding, plain);
    for (const other of [
      { ...binding, organizationId: 'org_b' },
      { ...binding, secretId: 'sec_b' },
    ])
      expect(openBytes(ring, other, sealed)).toEqual({ ok: false, failure: 'tampered' });
  });

  it('open while the former key is known, and are never the same twice', () => {
    const [oldKey, newOne] = [newKey(), newKey()];
    const sealed = sealBytes(createKeyRing(oldKey), binding, plain);
    expect(openBytes(createKeyRing(newOne, [oldKey]), binding, sealed).ok).toBe(true);
    expect(openBytes(createKeyRing(newOne), binding, sealed)).toEqual({
      ok: false,
      failure: 'unknown_key',
    });
    expect(sealBytes(ring, binding, plain).equals(sealBytes(ring, binding, plain))).toBe(false);
  });
});
