import {
  type CallHeader,
  fail,
  failure,
  type Failure,
  type Result,
  succeed,
} from '@tollgate/contracts';
import type { Dialect } from '@tollgate/dialects';
import type { RequestHead } from './request-head.ts';

/** What goes to the adapter beside the body. */
export type CallExtras = Pick<
  CallHeader,
  'clientHeaders' | 'lossPolicy' | 'target' | 'providerKey'
>;

export const NO_EXTRAS: CallExtras = Object.freeze({});

const SAFE_VALUE = /^[\x20-\x7e]{0,1024}$/;

/** @param target `{model}:{method}` of a URL that names the model */
export function readCallExtras(
  head: RequestHead,
  { requestContentTypes }: Pick<Dialect, 'requestContentTypes'>,
  target: string | null,
): Result<CallExtras, Failure> {
  const { dialectHeaders, lossPolicyText, contentType } = head;
  const hasOwnTypes = requestContentTypes !== undefined && contentType !== null;
  if (dialectHeaders === null && lossPolicyText === null && target === null && !hasOwnTypes)
    return succeed(NO_EXTRAS);
  const clientHeaders = {
    ...dialectHeaders,
    ...(hasOwnTypes ? { 'content-type': contentType } : undefined),
  };
  for (const [name, value] of Object.entries(clientHeaders)) {
    if (!SAFE_VALUE.test(value))
      return invalid(
        name,
        `The header "${name}" must be 1,024 printable ASCII characters at most.`,
      );
  }
  // A caller may ask for more care than the connection's own rule, not for less.
  if (lossPolicyText !== null && lossPolicyText !== 'strict')
    return invalid(LOSS_POLICY, `The header "${LOSS_POLICY}" can be strict alone.`);
  return succeed({
    ...(Object.keys(clientHeaders).length > 0 ? { clientHeaders } : undefined),
    ...(lossPolicyText === null ? undefined : { lossPolicy: lossPolicyText }),
    ...(target === null ? undefined : { target }),
  });
}

const LOSS_POLICY = 'x-tollgate-loss-policy';

function invalid(param: string, message: string): Result<never, Failure> {
  return fail(failure('request.validation_error', { param, message }));
}
