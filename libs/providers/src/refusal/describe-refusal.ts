import { FAILURES, type Failure, type FailureCode, failure } from '@tollgate/contracts';
import type { ProviderError } from './provider-error.ts';
import { redactProviderText } from './redact.ts';

const PUBLIC_CODE = /^[a-z_]{1,64}$/;
const PUBLIC_PARAM = /^[\w.[\]-]{1,64}$/;

/**
 * A vendor's refusal as a failure. Of the vendor's text only a field's name and a code may reach the caller, and only
 * where the mistake is the caller's.
 * @param where what the log reads before the vendor's text, e.g. `HTTP 400`
 */
export function describeRefusal(
  code: FailureCode,
  where: string,
  error: ProviderError,
  credential: string | null,
  retryAfterMs: number | undefined,
): Failure {
  const isCallersMistake = FAILURES[code].status === 400;
  const param = isCallersMistake && PUBLIC_PARAM.test(error.param) ? error.param : undefined;
  const reason = isCallersMistake && PUBLIC_CODE.test(error.code) ? error.code : undefined;
  const said = redactProviderText(`${error.code} ${error.type} ${error.message}`, credential);
  return failure(code, {
    ...(reason === undefined ? {} : { message: withReason(FAILURES[code].message, reason, param) }),
    ...(param === undefined ? {} : { param }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    internal: `${where}: ${said}`,
  });
}

function withReason(message: string, reason: string, param: string | undefined): string {
  return `${message.replace(/\.$/, '')} (${reason}${param === undefined ? '' : `: ${param}`}).`;
}
