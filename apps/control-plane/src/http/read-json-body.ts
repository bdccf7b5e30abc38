import { readObject } from '@tollgate/dialects';
import { Problem } from './problem.ts';

/**
 * A body as the gateway reads one: bounded in depth and size before anything is built, no name twice, no `__proto__`. Nothing
 * and `null` say nothing. Throws a `Problem` that says what is wrong.
 */
export function readJsonBody(bytes: Buffer): unknown {
  if (bytes.length === 0) return undefined;
  if (bytes.toString('latin1').trim() === 'null') return null;
  const read = readObject(bytes);
  if (read.ok) return read.value.fields;
  const { message = 'The body is not valid.', param } = read.failure;
  const errors = param === undefined ? undefined : [{ field: param, message }];
  throw new Problem(400, 'validation_error', message, errors);
}
