import {
  DEFAULT_RETRY,
  DEFAULT_TIMEOUTS,
  fail,
  failure,
  type Failure,
  FIXED_ENDPOINT_PROVIDERS,
  type KeyPolicy,
  type Plan,
  type ProviderKey,
  REQUEST_KEY_CONNECTION,
  type Result,
  succeed,
} from '@tollgate/contracts';
import { hasHardBudget } from '../limits/hard-budget.ts';
import { isAllowed } from '../keys/model-allowlist.ts';
import type { RequestHead } from './request-head.ts';

const PROVIDER = 'x-tollgate-provider';
const KEY = 'x-tollgate-provider-key';
/** Printable, no blanks, no comma: what stands in one header line. */
const KEY_TEXT = /^[\x21-\x2b\x2d-\x7e]{8,4096}$/;

/** The provider's key that the request brought, if any. No failure repeats it. */
export function readProviderKey(
  { providerText, providerKeyText }: Pick<RequestHead, 'providerText' | 'providerKeyText'>,
  policy: KeyPolicy,
): Result<ProviderKey | null, Failure> {
  if (providerText === null && providerKeyText === null) return succeed(null);
  if (!policy.allowProviderKeys) {
    const message = "This API key may not bring a provider's key.";
    const param = providerKeyText === null ? PROVIDER : KEY;
    return fail(failure('request.field_not_allowed', { param, message }));
  }
  if (providerKeyText === null) return invalid(KEY, `"${PROVIDER}" needs "${KEY}" beside it.`);
  if (providerText === null) return invalid(PROVIDER, `"${KEY}" needs "${PROVIDER}" beside it.`);
  const provider = FIXED_ENDPOINT_PROVIDERS.find((one) => one === providerText);
  if (provider === undefined)
    return invalid(
      PROVIDER,
      `"${PROVIDER}" must be one of ${FIXED_ENDPOINT_PROVIDERS.join(', ')}.`,
    );
  if (!KEY_TEXT.test(providerKeyText)) return invalid(KEY, `"${KEY}" is not a key.`);
  return succeed({ provider, key: providerKeyText });
}

/**
 * The plan of a request that brings its provider's key: that provider and the model asked for, whatever the key's route
 * says. Allowlist and budgets hold as ever.
 * @param isPriced whether a price is known for the candidate
 */
export function providerKeyPlan(
  policy: KeyPolicy,
  provider: ProviderKey['provider'],
  modelAsked: string | null,
  planId: string,
  isPriced: (candidate: Plan['candidates'][number]) => boolean,
): Result<Plan, Failure> {
  const model = modelAsked?.startsWith(`${provider}/`)
    ? modelAsked.slice(provider.length + 1)
    : modelAsked;
  if (!model) {
    const message = `A request with "${KEY}" must name the model.`;
    return fail(failure('request.validation_error', { param: 'model', message }));
  }
  const connectionName = provider;
  if (!isAllowed(policy.modelAllowlist, { name: model, provider, connectionName }))
    return fail(failure('auth.model_not_allowed', { param: 'model' }));
  const candidate = {
    aiProviderId: REQUEST_KEY_CONNECTION,
    connectionName,
    provider,
    model,
    priority: 1,
    weight: 1,
    priceOverride: null,
    price: null,
    contextWindow: null,
    maxOutputTokens: null,
    reason: "the request brought the provider's key",
  };
  const needsPrice = hasHardBudget(policy);
  const hasOwnPrice = isPriced(candidate);
  const { defaultPrice } = policy;
  if (needsPrice && !hasOwnPrice && !defaultPrice) return fail(failure('budget.unpriced'));
  const priced =
    hasOwnPrice || !defaultPrice
      ? candidate
      : { ...candidate, priceOverride: defaultPrice, priceSource: 'default' as const };
  return succeed({
    planId,
    routeId: '',
    routeVersion: 0,
    strategy: 'priority',
    order: 'given',
    epoch: 0,
    ttlMs: 1,
    candidates: [priced],
    excluded: [],
    retry: DEFAULT_RETRY,
    timeouts: DEFAULT_TIMEOUTS,
  });
}

function invalid(param: string, message: string): Result<never, Failure> {
  return fail(failure('request.validation_error', { param, message }));
}
