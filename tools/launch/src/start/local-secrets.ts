import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** What a local installation keeps to itself, in a file that its owner alone can read. */
export interface LocalSecrets {
  /** 32 bytes, base64. */
  readonly keyEncryptionKey: string;
  readonly adminToken: string;
  /** Text of the virtual key that is printed. */
  readonly virtualKey: string;
}

const FILE = 'secrets.json';
const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** Reads the secrets of this home, or makes them at the first start. */
export function loadLocalSecrets(home: string): LocalSecrets {
  const file = path.join(home, FILE);
  if (existsSync(file)) {
    const found: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (isLocalSecrets(found)) return found;
    throw new Error(
      `${file} does not hold this installation's secrets; remove it or start with --fresh`,
    );
  }
  const made: LocalSecrets = {
    keyEncryptionKey: randomBytes(32).toString('base64'),
    adminToken: `tg_admin_${randomText(40)}`,
    virtualKey: `tg_live_${randomText(40)}`,
  };
  mkdirSync(home, { recursive: true, mode: 0o711 });
  writeFileSync(`${file}.new`, `${JSON.stringify(made, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
  return made;
}

function isLocalSecrets(value: unknown): value is LocalSecrets {
  if (typeof value !== 'object' || value === null) return false;
  const fields = ['keyEncryptionKey', 'adminToken', 'virtualKey'];
  return fields.every(
    (field) => typeof Object.getOwnPropertyDescriptor(value, field)?.value === 'string',
  );
}

/** Base 62, without bias: bytes past the last whole multiple of 62 are thrown away. */
function randomText(length: number): string {
  let text = '';
  while (text.length < length) {
    for (const byte of randomBytes(length * 2)) {
      if (byte < 248 && text.length < length) text += ALPHABET[byte % 62];
    }
  }
  return text;
}
