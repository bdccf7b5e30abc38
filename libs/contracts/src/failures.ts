/** What may be tried after a failure: the same target again, another one, or nothing. */
export type NextTry = 'same' | 'other' | 'never';

interface FailureRow {
  /** The stable code that callers see. */
  readonly publicCode: string;
  /** HTTP status, the same in every dialect. */
  readonly status: number;
  /** OpenAI's `error.type`. */
  readonly openaiType: string;
  readonly next: NextTry;
  /** What callers read. Holds no key, no prompt and no provider text. */
  readonly message: string;
}

/** Every failure of Tollgate: its owner stands before the dot. */
export const FAILURES = {
  'auth.missing_api_key': row(
    'missing_api_key',
    401,
    'authentication_error',
    'never',
    'No API key was given. Send it as "Authorization: Bearer tg_live_…".',
  ),
  'auth.invalid_api_key': invalidKey(),
  // Why a known key was refused, for records: callers read one answer for all of these.
  'auth.key_disabled': invalidKey(),
  'auth.key_revoked': invalidKey(),
  'auth.key_expired': invalidKey(),
  'auth.key_rotated': invalidKey(),
  'auth.key_source_not_allowed': invalidKey(),
  'auth.no_published_route': row(
    'no_published_route',
    403,
    'permission_error',
    'never',
    'The API key has no published route.',
  ),
  'auth.model_not_allowed': row(
    'model_not_allowed',
    403,
    'permission_error',
    'never',
    'The API key may not use this model.',
  ),
  'request.field_not_allowed': row(
    'field_not_allowed',
    400,
    'invalid_request_error',
    'never',
    'The request has a field that this endpoint does not take.',
  ),
  'request.validation_error': row(
    'validation_error',
    400,
    'invalid_request_error',
    'never',
    'The request is not valid.',
  ),
  'request.unsupported_by_provider': row(
    'validation_error',
    400,
    'invalid_request_error',
    'other',
    'The request has a field that the provider cannot express.',
  ),
  'request.too_large': row(
    'request_too_large',
    413,
    'invalid_request_error',
    'never',
    'The request body is larger than this gateway takes.',
  ),
  'request.not_found': row(
    'not_found',
    404,
    'invalid_request_error',
    'never',
    'There is no such endpoint.',
  ),
  'request.reference_not_found': row(
    'not_found',
    404,
    'invalid_request_error',
    'never',
    'The request names something that is not kept, or not any more.',
  ),
  'request.method_not_allowed': row(
    'method_not_allowed',
    405,
    'invalid_request_error',
    'never',
    'The endpoint does not take this method.',
  ),
  'request.unsupported_media_type': row(
    'unsupported_media_type',
    415,
    'invalid_request_error',
    'never',
    'The body must be application/json.',
  ),
  'request.timeout': row(
    'request_timeout',
    408,
    'invalid_request_error',
    'never',
    'The request did not arrive in time.',
  ),
  'client.closed': row(
    'client_closed',
    499,
    'invalid_request_error',
    'never',
    'The caller went away before the answer was complete.',
  ),
  'budget.exceeded': row(
    'budget_exceeded',
    402,
    'insufficient_quota',
    'never',
    'A budget of this key is spent, or cannot cover this request.',
  ),
  'budget.unpriced': row(
    'budget_exceeded',
    402,
    'insufficient_quota',
    'never',
    'The model has no known price, and the key has a hard budget.',
  ),
  'budget.rate_limited': row(
    'rate_limit_exceeded',
    429,
    'rate_limit_error',
    'never',
    'A rate limit of this key was met.',
  ),
  'budget.managed_limit': row(
    'free_managed_limit_reached',
    402,
    'insufficient_quota',
    'never',
    'The onboarding limit for platform access was met.',
  ),
  'budget.unavailable': row(
    'overloaded',
    503,
    'server_error',
    'never',
    'The budget of this key cannot be checked right now.',
  ),
  'guardrail.blocked': row(
    'guardrail_blocked',
    400,
    'invalid_request_error',
    'never',
    'A guardrail blocked the request.',
  ),
  'routing.exhausted': row(
    'all_providers_exhausted',
    503,
    'server_error',
    'never',
    'No provider could serve the request.',
  ),
  'routing.unavailable': row(
    'overloaded',
    503,
    'server_error',
    'never',
    'Requests cannot be routed right now.',
  ),
  'gateway.overloaded': row(
    'overloaded',
    503,
    'server_error',
    'never',
    'The gateway is overloaded. Try again soon.',
  ),
  'gateway.draining': row(
    'overloaded',
    503,
    'server_error',
    'never',
    'The gateway is shutting down. Try again.',
  ),
  'gateway.internal': row(
    'internal_error',
    500,
    'server_error',
    'never',
    'Something went wrong inside the gateway.',
  ),
  'bus.no_responder': row(
    'overloaded',
    503,
    'server_error',
    'never',
    'A service that the request needs is not running.',
  ),
  'bus.disconnected': row(
    'overloaded',
    503,
    'server_error',
    'never',
    'The message bus is not reachable right now.',
  ),
  'bus.peer_lost': row(
    'overloaded',
    503,
    'server_error',
    'never',
    'The service that held the request was lost.',
  ),
  'bus.deadline_exceeded': row(
    'upstream_timeout',
    504,
    'server_error',
    'never',
    'The request took longer than its deadline.',
  ),
  'bus.payload_invalid': row(
    'internal_error',
    500,
    'server_error',
    'never',
    'An internal message was not understood.',
  ),
  'bus.handler_failed': row(
    'internal_error',
    500,
    'server_error',
    'never',
    'A service failed while it handled the request.',
  ),
  'provider.rejected_credentials': row(
    'provider_rejected_credentials',
    502,
    'server_error',
    'other',
    'Provider rejected the API key.',
  ),
  'provider.credits_exhausted': row(
    'provider_credits_exhausted',
    502,
    'server_error',
    'other',
    'Provider credits exhausted.',
  ),
  'provider.rate_limited': row(
    'provider_rate_limited',
    503,
    'server_error',
    'same',
    'Provider rate limit.',
  ),
  'provider.overloaded': row(
    'all_providers_exhausted',
    503,
    'server_error',
    'same',
    'The provider is overloaded.',
  ),
  'provider.server_error': row(
    'all_providers_exhausted',
    503,
    'server_error',
    'same',
    'The provider failed.',
  ),
  'provider.unreachable': row(
    'all_providers_exhausted',
    503,
    'server_error',
    'other',
    'The provider could not be reached.',
  ),
  'provider.timeout': row(
    'upstream_timeout',
    504,
    'server_error',
    'other',
    'The provider did not answer in time.',
  ),
  'provider.interrupted': row(
    'upstream_interrupted',
    502,
    'server_error',
    'other',
    'The provider ended the answer before it was complete.',
  ),
  'provider.invalid_answer': row(
    'upstream_interrupted',
    502,
    'server_error',
    'other',
    'The provider sent an answer that is not valid.',
  ),
  'provider.bad_request': row(
    'provider_bad_request',
    400,
    'invalid_request_error',
    'never',
    'The provider refused the request as not valid.',
  ),
  'provider.context_too_long': row(
    'context_length_exceeded',
    400,
    'invalid_request_error',
    'other',
    'The request is longer than the model takes.',
  ),
  'provider.content_filtered': row(
    'content_filtered',
    400,
    'invalid_request_error',
    'never',
    "The provider's content filter refused the request.",
  ),
  'provider.unknown_model': row(
    'model_not_found',
    404,
    'invalid_request_error',
    'other',
    'The provider does not know the model.',
  ),
  'provider.misconfigured': row(
    'all_providers_exhausted',
    503,
    'server_error',
    'other',
    'The connection to the provider is not configured completely.',
  ),
} as const satisfies Record<string, FailureRow>;

export type FailureCode = keyof typeof FAILURES;

/** A candidate that was left out or failed, as the caller may see it. */
export interface FailureDetail {
  readonly provider: string;
  readonly model: string;
  readonly code: string;
  readonly reason: string;
}

/** A failure on its way to the caller. `message` and `param` are public; `internal` never leaves the log. */
export interface Failure {
  readonly code: FailureCode;
  readonly message: string;
  readonly internal?: string;
  /** The request field at fault, as the caller wrote it. */
  readonly param?: string;
  readonly retryAfterMs?: number;
  readonly details?: readonly FailureDetail[];
  /** Of a call that an adapter took: whether it left the record. Missing where none took it, or nobody can tell. */
  readonly recorded?: boolean;
}

export type FailureExtras = Omit<Partial<Failure>, 'code'>;

/** A failure with the table's public message, unless a better public one is given. */
export function failure(code: FailureCode, extras: FailureExtras = {}): Failure {
  return { code, message: FAILURES[code].message, ...extras };
}

export function isFailureCode(text: string): text is FailureCode {
  return Object.hasOwn(FAILURES, text);
}

function invalidKey(): FailureRow {
  return row('invalid_api_key', 401, 'authentication_error', 'never', 'The API key is not valid.');
}

function row(
  publicCode: string,
  status: number,
  openaiType: string,
  next: NextTry,
  message: string,
): FailureRow {
  return { publicCode, status, openaiType, next, message };
}
