import type { EncodedAnswer } from '../operation-codec.ts';

/** A JSON body. */
export function jsonAnswer(value: unknown): EncodedAnswer {
  return { body: Buffer.from(JSON.stringify(value)), contentType: 'application/json' };
}
