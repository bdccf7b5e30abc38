/** A failure in OpenAI's shape (https://platform.openai.com/docs/guides/error-codes). */
export interface Refusal {
  readonly status: number;
  readonly message: string;
  readonly type: string;
  readonly param: string | null;
  readonly code: string | null;
}

/** A request that OpenAI answers with 400. */
export function invalidRequest(
  message: string,
  param: string | null,
  code: string | null = null,
): Refusal {
  return { status: 400, message, type: 'invalid_request_error', param, code };
}

/** Nothing else that a parser returns has these three fields. */
export function isRefusal(value: unknown): value is Refusal {
  if (typeof value !== 'object' || value === null) return false;
  return 'status' in value && 'message' in value && 'code' in value;
}

export function refusalText(refusal: Refusal): string {
  const { message, type, param, code } = refusal;
  return JSON.stringify({ error: { message, type, param, code } });
}

interface UsualFailure {
  readonly message: string;
  readonly type: string;
  readonly code: string | null;
}

const usual: Readonly<Record<number, UsualFailure>> = {
  401: {
    message: 'Incorrect API key provided: simulat****key.',
    type: 'invalid_request_error',
    code: 'invalid_api_key',
  },
  402: {
    message: 'Insufficient balance.',
    type: 'insufficient_quota',
    code: 'insufficient_balance',
  },
  403: {
    message: 'Country, region, or territory not supported.',
    type: 'request_forbidden',
    code: 'unsupported_country_region_territory',
  },
  404: {
    message: 'The model does not exist or you do not have access to it.',
    type: 'invalid_request_error',
    code: 'model_not_found',
  },
  429: {
    message: 'Rate limit reached for requests. Please try again in 1s.',
    type: 'requests',
    code: 'rate_limit_exceeded',
  },
  503: {
    message: 'The engine is currently overloaded, please try again later.',
    type: 'server_error',
    code: 'overloaded',
  },
};

/** What the vendor says with a status when nothing else is asked for. */
export function usualRefusal(status: number): Refusal {
  const known = usual[status];
  if (known !== undefined) return { status, param: null, ...known };
  if (status < 500) return { ...invalidRequest('The request was refused.', null), status };
  return {
    status,
    message: 'The server had an error while processing your request. Sorry about that!',
    type: 'server_error',
    param: null,
    code: null,
  };
}
