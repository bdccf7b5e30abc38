import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { fail, type Result, type SealedSecret, succeed } from '@tollgate/contracts';
import type { KeyRing } from './key-ring.ts';

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

/** Encrypts the text under a data key of its own, and that key under the ring's sealing key. */
export function seal(ring: KeyRing, binding: SecretBinding, plaintext: string): SealedSecret {
  const dataKey = randomBytes(DATA_KEY_BYTES);
  const kek = ring.sealing;
  const sealed: SealedSecret = {
    v: 1,
    kek: kek.id,
    organizationId: binding.organizationId,
    secretId: binding.secretId,
    wrappedKey: encrypt(kek.bytes, dataKey, boundTo('key', kek.id, binding)),
    ciphertext: encrypt(dataKey, Buffer.from(plaintext, 'utf8'), boundTo('text', kek.id, binding)),
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
  const dataKey = decrypt(kek.bytes, sealed.wrappedKey, boundTo('key', kek.id, binding));
  if (dataKey?.length !== DATA_KEY_BYTES) return fail('tampered');
  const text = decrypt(dataKey, sealed.ciphertext, boundTo('text', kek.id, binding));
  dataKey.fill(0);
  return text ? succeed(text.toString('utf8')) : fail('tampered');
}

/** JSON keeps the parts apart whatever they hold. */
function boundTo(part: 'key' | 'text', kekId: string, binding: SecretBinding): Buffer {
  const parts = ['tollgate.secret.v1', part, kekId, binding.organizationId, binding.secretId];
  return Buffer.from(JSON.stringify(parts), 'utf8');
}

function encrypt(key: Buffer, plain: Buffer, bound: Buffer): string {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv(ALGORITHM, key, iv, { authTagLength: TAG_BYTES });
  cipher.setAAD(bound);
  const body = Buffer.concat([cipher.update(plain), cipher.final()]);
  return Buffer.concat([iv, body, cipher.getAuthTag()]).toString('base64');
}

function decrypt(key: Buffer, base64: string, bound: Buffer): Buffer | undefined {
  const bytes = Buffer.from(base64, 'base64');
  if (bytes.length < IV_BYTES + TAG_BYTES || bytes.toString('base64') !== base64) return undefined;
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
