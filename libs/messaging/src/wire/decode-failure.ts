import { type Failure, failure, isFailureCode } from '@tollgate/contracts';

/** A failure off the wire. A code of a newer version, or nonsense, reads as `bus.payload_invalid`. */
export function decodeFailure(value: unknown): Failure {
  if (typeof value !== 'object' || value === null) return failure('bus.payload_invalid');
  const { code, message } = value as { code?: unknown; message?: unknown };
  if (typeof code !== 'string' || typeof message !== 'string')
    return failure('bus.payload_invalid');
  if (!isFailureCode(code)) return failure('bus.payload_invalid', { internal: `code ${code}` });
  // Both fields that everybody relies on were looked at; the rest is optional and for people.
  return value as Failure;
}

/** Whether the value is a failure of the table. */
export function isFailureLike(value: unknown): value is Failure {
  if (typeof value !== 'object' || value === null) return false;
  const { code, message } = value as { code?: unknown; message?: unknown };
  return typeof code === 'string' && isFailureCode(code) && typeof message === 'string';
}
