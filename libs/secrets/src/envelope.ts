import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { fail, type Result, type SealedSecret, succeed } from '@tollgate/contracts';
import { KEY_ID_CHARS, type KeyEncryptionKey, type KeyRing } from './key-ring.ts';

/** What a sealed secret belongs to. It opens for this owner and id, and for nothing else. */
export interface SecretBinding {
  readonly organizationId: string;
  readonly secretId: string;
}

/** `unknown_key`: sealed by a key that the ring does not hold. `tampered`: changed, moved, or bound to something else. */
export type OpenFailure = 'unknown_key' | 'tampered';

const ALGORITHM = 'aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;
const DATA_KEY_BYTES = 32;

/** Of bytes that are sealed as bytes. */
const VERSION = 1;
const KEY_AT = 1 + KEY_ID_CHARS;
const TEXT_AT = KEY_AT + IV_BYTES + DATA_KEY_BYTES + TAG_BYTES;

/** Encrypts the text under a data key of its own, and that key under the ring's sealing key. */
export function seal(ring: KeyRing, binding: SecretBinding, plaintext: string): SealedSecret {
  const dataKey = randomBytes(DATA_KEY_BYTES);
  const kek = ring.sealing;
  const sealed: SealedSecret = {
    v: 1,
    kek: kek.id,
    organizationId: binding.organizationId,
    secretId: binding.secretId,
    wrappedKey: encrypt(kek.bytes, dataKey, boundTo('key', kek.id, binding)).toString('base64'),
    ciphertext: encrypt(
      dataKey,
      Buffer.from(plaintext, 'utf8'),
      boundTo('text', kek.id, binding),
    ).toString('base64'),
  };
  dataKey.fill(0);
  return sealed;
}

/** Decrypts what `seal` made for the same binding. Never throws on input that was tampered with. */
export function open(
  ring: KeyRing,
  binding: SecretBinding,
  sealed: SealedSecret,
): Result<string, OpenFailure> {
  const kek = ring.all.get(sealed.kek);
  if (!kek) return fail('unknown_key');
  const wrappedKey = bytesOf(sealed.wrappedKey);
  const ciphertext = bytesOf(sealed.ciphertext);
  if (!wrappedKey || !ciphertext) return fail('tampered');
  const text = unwrapped(kek, binding, wrappedKey, ciphertext);
  return text ? succeed(text.toString('utf8')) : fail('tampered');
}

/**
 * The same for bytes, as bytes: `VERSION`, the name of the key-encryption key, the wrapped data key, the ciphertext.
 * @param binding what the bytes belong to; they open for nothing else
 */
export function sealBytes(ring: KeyRing, binding: SecretBinding, plain: Uint8Array): Buffer {
  const dataKey = randomBytes(DATA_KEY_BYTES);
  const kek = ring.sealing;
  const sealed = Buffer.concat([
    Buffer.from([VERSION]),
    Buffer.from(kek.id, 'latin1'),
    encrypt(kek.bytes, dataKey, boundTo('key', kek.id, binding)),
    encrypt(dataKey, plain, boundTo('text', kek.id, binding)),
  ]);
  dataKey.fill(0);
  return sealed;
}

/** Decrypts what `sealBytes` made for the same binding. Never throws on input that was tampered with. */
export function openBytes(
  ring: KeyRing,
  binding: SecretBinding,
  sealed: Buffer,
): Result<Buffer, OpenFailure> {
  if (sealed[0] !== VERSION || sealed.length < TEXT_AT) return fail('tampered');
  const kek = ring.all.get(sealed.toString('latin1', 1, KEY_AT));
  if (!kek) return fail('unknown_key');
  const wrappedKey = sealed.subarray(KEY_AT, TEXT_AT);
  const bytes = unwrapped(kek, binding, wrappedKey, sealed.subarray(TEXT_AT));
  return bytes ? succeed(bytes) : fail('tampered');
}

function unwrapped(
  kek: KeyEncryptionKey,
  binding: SecretBinding,
  wrappedKey: Buffer,
  ciphertext: Buffer,
): Buffer | undefined {
  const dataKey = decrypt(kek.bytes, wrappedKey, boundTo('key', kek.id, binding));
  if (dataKey?.length !== DATA_KEY_BYTES) return undefined;
  const plain = decrypt(dataKey, ciphertext, boundTo('text', kek.id, binding));
  dataKey.fill(0);
  return plain;
}

/** JSON keeps the parts apart whatever they hold. */
function boundTo(part: 'key' | 'text', kekId: string, binding: SecretBinding): Buffer {
  const parts = ['tollgate.secret.v1', part, kekId, binding.organizationId, binding.secretId];
  return Buffer.from(JSON.stringify(parts), 'utf8');
}

function encrypt(key: Buffer, plain: Uint8Array, bound: Buffer): Buffer {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv(ALGORITHM, key, iv, { authTagLength: TAG_BYTES });
  cipher.setAAD(bound);
  const body = Buffer.concat([cipher.update(plain), cipher.final()]);
  return Buffer.concat([iv, body, cipher.getAuthTag()]);
}

/** Undefined for what is not base64 as it would be written. */
function bytesOf(base64: string): Buffer | undefined {
  const bytes = Buffer.from(base64, 'base64');
  return bytes.toString('base64') === base64 ? bytes : undefined;
}

function decrypt(key: Buffer, bytes: Buffer, bound: Buffer): Buffer | undefined {
  if (bytes.length < IV_BYTES + TAG_BYTES) return undefined;
  const decipher = createDecipheriv(ALGORITHM, key, bytes.subarray(0, IV_BYTES), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAAD(bound);
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
  try {
    return Buffer.concat([decipher.update(bytes.subarray(IV_BYTES, -TAG_BYTES)), decipher.final()]);
  } catch {
    return undefined;
  }
}
