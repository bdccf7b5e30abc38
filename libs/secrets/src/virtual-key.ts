import { hash, randomBytes } from 'node:crypto';

export const KEY_PREFIX = 'tg_live_';
export const ADMIN_TOKEN_PREFIX = 'tg_admin_';

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
/** 40 characters of base 62 hold 238 bits. */
const RANDOM_CHARS = 40;
/** The greatest multiple of 62 in a byte: bytes from here on would favour the first characters. */
const UNBIASED_BELOW = 248;

/** Answers that many random bytes. */
export type RandomSource = (bytes: number) => Uint8Array;

/** SHA-256 of a key's text as 64 hex digits: how keys are stored and found. Pure and cheap; no salt, since keys are random. */
export function hashKey(text: string): string {
  return hash('sha256', text, 'hex');
}

/** Makes the text of a new virtual key, `tg_live_` and 238 random bits. */
export function makeKeyText(random: RandomSource = randomBytes): string {
  return KEY_PREFIX + randomBase62(random);
}

/** Makes the text of a new admin token, `tg_admin_` and 238 random bits. */
export function makeAdminTokenText(random: RandomSource = randomBytes): string {
  return ADMIN_TOKEN_PREFIX + randomBase62(random);
}

function randomBase62(random: RandomSource): string {
  let text = '';
  while (text.length < RANDOM_CHARS) {
    for (const byte of random(RANDOM_CHARS)) {
      if (byte < UNBIASED_BELOW && text.length < RANDOM_CHARS) text += BASE62[byte % 62];
    }
  }
  return text;
}
