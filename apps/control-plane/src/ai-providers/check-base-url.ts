import { type AddressPolicy, readUrl, type Resolver, resolvesToDialable } from '@tollgate/outbound';
import { type Problem, unprocessable } from '../http/problem.ts';

export function forbiddenAddress(): Problem {
  return unprocessable(
    'baseUrl',
    'names an address that may not be called: of this machine, a private network or a metadata service',
  );
}

/**
 * Checks a base URL that is about to be saved: how it is written, and what its name resolves to now. The provider-adapter
 * checks again whatever it dials.
 * @throws Problem 422
 */
export async function requireDialable(
  baseUrl: string | null | undefined,
  policy: AddressPolicy,
  resolver?: Resolver,
): Promise<void> {
  if (!baseUrl) return;
  const url = readUrl(baseUrl, policy);
  if (!url || !(await resolvesToDialable(url, policy, resolver))) throw forbiddenAddress();
}
