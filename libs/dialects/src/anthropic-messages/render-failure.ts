import { type Failure, FAILURES } from '@tollgate/contracts';
import type { FailureContext } from '../dialect.ts';

/** Anthropic's word for a status (docs.anthropic.com/en/api/errors, 2026-11); its SDKs read it as `error.type`. */
const TYPES: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  402: 'billing_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  503: 'overloaded_error',
  504: 'timeout_error',
};

/** Anthropic's error object, with the code and what else Tollgate knows beside the message. */
export function renderFailure(failure: Failure, { requestId }: FailureContext): string {
  const { publicCode, status } = FAILURES[failure.code];
  return JSON.stringify({
    type: 'error',
    error: {
      type: TYPES[status] ?? (status < 500 ? 'invalid_request_error' : 'api_error'),
      message: failure.message,
      code: publicCode,
      ...(failure.param === undefined ? {} : { param: failure.param }),
      ...(failure.details ? { details: failure.details } : {}),
    },
    request_id: requestId,
  });
}

export function renderStreamFailure(failure: Failure, context: FailureContext): string {
  return `event: error\ndata: ${renderFailure(failure, context)}\n\n`;
}
