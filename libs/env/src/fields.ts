import { z } from 'zod';

const INTEGER = /^\d{1,15}$/;

/** A whole number between two bounds, both allowed. */
export function wholeNumber(lowest: number, highest: number): z.ZodType<number, string> {
  return z
    .string()
    .regex(INTEGER, 'must be a whole number')
    .transform(Number)
    .refine((value) => value >= lowest && value <= highest, `must be from ${lowest} to ${highest}`);
}

/** A TCP port; 0 stands for any free one. */
export const port = wholeNumber(0, 65_535);

/** `true` or `false`, in words or as 1 and 0. */
export const flag: z.ZodType<boolean, string> = z
  .enum(['true', 'false', '1', '0'], 'must be true or false')
  .transform((text) => text === 'true' || text === '1');

/** A URL with one of the given schemes, e.g. `nats`. */
export function urlOf(...schemes: readonly string[]): z.ZodType<string, string> {
  return z
    .string()
    .refine(
      (text) => URL.canParse(text) && schemes.includes(new URL(text).protocol.slice(0, -1)),
      `must be a URL that begins with ${schemes.map((scheme) => `${scheme}://`).join(' or ')}`,
    );
}

/** 32 bytes in base64, such as `openssl rand -base64 32` prints. */
export const keyOf32Bytes: z.ZodType<string, string> = z
  .string()
  .refine(isKeyOf32Bytes, 'must be 32 bytes in base64');

/** Several of them, separated by commas. */
export const keysOf32Bytes: z.ZodType<readonly string[], string> = z
  .string()
  .transform((text) => text.split(',').map((key) => key.trim()))
  .refine((keys) => keys.every(isKeyOf32Bytes), 'must be keys of 32 bytes in base64');

export const logLevel = z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']);

function isKeyOf32Bytes(text: string): boolean {
  return /^[A-Za-z0-9+/]{43}=$/.test(text);
}
