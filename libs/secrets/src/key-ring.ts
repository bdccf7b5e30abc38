import { createHash } from 'node:crypto';

/** A key-encryption key: 32 bytes, and the short name under which sealed secrets remember it. */
export interface KeyEncryptionKey {
  readonly id: string;
  readonly bytes: Buffer;
}

/** The first key seals; any of them opens. Rotation: put the new key first, seal everything again, drop the old one. */
export interface KeyRing {
  readonly sealing: KeyEncryptionKey;
  readonly all: ReadonlyMap<string, KeyEncryptionKey>;
}

const KEY_BYTES = 32;
/** How long the name of a key is. */
export const KEY_ID_CHARS = 12;

/**
 * Reads key-encryption keys of 32 bytes in base64.
 * @param sealing the key that seals from now on
 * @param former keys that still open what they sealed
 * @throws RangeError when one is not 32 bytes; the message holds no key
 */
export function createKeyRing(sealing: string, former: readonly string[] = []): KeyRing {
  const keys = [sealing, ...former].map(readKey);
  const [first] = keys;
  if (!first) throw new RangeError('A key ring needs a key.');
  return { sealing: first, all: new Map(keys.map((key) => [key.id, key])) };
}

function readKey(base64: string): KeyEncryptionKey {
  const bytes = Buffer.from(base64, 'base64');
  if (bytes.length !== KEY_BYTES || bytes.toString('base64') !== base64.trim()) {
    throw new RangeError('A key-encryption key must be 32 bytes in base64.');
  }
  const id = createHash('sha256').update('tollgate.kek.v1').update(bytes).digest('hex');
  return { id: id.slice(0, KEY_ID_CHARS), bytes };
}
