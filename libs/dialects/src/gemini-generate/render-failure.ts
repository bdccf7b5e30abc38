import { type Failure, FAILURES } from '@tollgate/contracts';
import type { FailureContext } from '../dialect.ts';

/** Google's canonical statuses (google.rpc.Code) by ours. */
const STATUS: Readonly<Record<number, string>> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  402: 'FAILED_PRECONDITION',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  405: 'UNIMPLEMENTED',
  408: 'DEADLINE_EXCEEDED',
  413: 'INVALID_ARGUMENT',
  415: 'INVALID_ARGUMENT',
  429: 'RESOURCE_EXHAUSTED',
  499: 'CANCELLED',
  502: 'UNAVAILABLE',
  503: 'UNAVAILABLE',
  504: 'DEADLINE_EXCEEDED',
};

/** Google's error object: its SDKs read `code`, `message` and `status`; the stable code is the reason of an `ErrorInfo`. */
export function renderFailure(failure: Failure, { requestId }: FailureContext): string {
  const { publicCode, status } = FAILURES[failure.code];
  const { message, param, retryAfterMs, details } = failure;
  const rows: unknown[] = [
    {
      '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
      reason: publicCode,
      domain: 'tollgate',
      metadata: { requestId },
    },
  ];
  if (param !== undefined)
    rows.push({
      '@type': 'type.googleapis.com/google.rpc.BadRequest',
      fieldViolations: [{ field: param, description: message }],
    });
  if (retryAfterMs !== undefined)
    rows.push({
      '@type': 'type.googleapis.com/google.rpc.RetryInfo',
      retryDelay: `${Math.ceil(retryAfterMs / 1_000)}s`,
    });
  if (details)
    rows.push({
      '@type': 'type.googleapis.com/google.rpc.DebugInfo',
      stackEntries: details.map((row) => JSON.stringify(row)),
    });
  return JSON.stringify({
    error: { code: status, message, status: STATUS[status] ?? 'INTERNAL', details: rows },
  });
}

/** A bare event: Google's SDK ignores an event with a name. */
export function renderStreamFailure(failure: Failure, context: FailureContext): string {
  return `data: ${renderFailure(failure, context)}\r\n\r\n`;
}
