import {
  type CallContext,
  type ConfigChanged,
  type ExcludedCandidate,
  type Failure,
  failure,
  fail,
  type IdFactory,
  type KeyPolicy,
  makePlan,
  type Plan,
  type PlanAnswer,
  type PlansInvalidated,
  type Result,
  succeed,
} from '@tollgate/contracts';
import { profileClassKey, profileClassOf, type RequestProfile } from '@tollgate/dialects';
import type { Bus } from '@tollgate/messaging';
import type { PriceSheet } from '@tollgate/pricing';
import type { CallExtras } from '../domain/request/call-extras.ts';
import type { RouteChoice } from '../domain/plans/choose-route.ts';
import { PlanCache, type PlanEntry } from '../domain/plans/plan-cache.ts';
import { hasHardBudget } from '../domain/limits/hard-budget.ts';
import { platformQuotasFor } from '../domain/plans/platform-access.ts';
import { providerKeyPlan } from '../domain/request/provider-key.ts';
import { reservationTerms } from '../domain/limits/reservation.ts';

export type PlanOutcome = Result<PlanEntry, Failure>;

export interface PlanDeskOptions {
  readonly bus: Pick<Bus, 'request'>;
  readonly newId: IdFactory;
  readonly now: () => number;
  readonly priceOf: (candidate: Plan['candidates'][number], atMs: number) => PriceSheet | undefined;
  readonly maxEntries: number;
  /** How long past its time to live a plan may stand in while routing is away, milliseconds. */
  readonly staleMs: number;
  /** Tokens; see `reservationTerms`. */
  readonly defaultOutputCap: number;
}

export interface PlanAsker {
  readonly requestId: string;
  readonly traceparent: string;
  readonly policy: KeyPolicy;
}

export interface OwnKeyAsker {
  readonly policy: KeyPolicy;
  readonly extras: Pick<CallExtras, 'providerKey'>;
}

const ROUTE_KEY = 'route.';
/** How long a plan that stands in is used before routing is asked again. */
const STAND_IN_MS = 1_000;
const RETRY_MS = 1_000;

/** Plans from the cache, else from routing: asked once for all requests that wait for the same plan. */
export class PlanDesk {
  private readonly cache: PlanCache;
  private readonly waiting = new Map<string, { policy: KeyPolicy; answer: Promise<PlanOutcome> }>();

  constructor(private readonly options: PlanDeskOptions) {
    this.cache = new PlanCache(options.maxEntries, options.staleMs);
  }

  /** At once when the plan is at hand. Never rejects. */
  find(
    asker: PlanAsker,
    route: RouteChoice,
    profile: RequestProfile,
  ): PlanEntry | Promise<PlanOutcome> {
    const { policy } = asker;
    const key = `${policy.keyId} ${route.routeId} ${profileClassKey(profile, route.modelAsked)}`;
    const found = this.cache.fresh(key, policy, this.options.now());
    if (found !== undefined) return found;
    const underway = this.waiting.get(key);
    if (underway?.policy === policy) return underway.answer;
    const answer = this.ask(asker, route, profile, key).finally(() => {
      if (this.waiting.get(key)?.answer === answer) this.waiting.delete(key);
    });
    this.waiting.set(key, { policy, answer });
    return answer;
  }

  /** The plan of a request that brings its provider's key: made here, for it alone. */
  ofOwnKey({ policy, extras }: OwnKeyAsker, profile: RequestProfile): PlanOutcome {
    const { newId, priceOf, now } = this.options;
    const at = now();
    const { providerKey } = extras;
    if (!providerKey) return fail(failure('gateway.internal'));
    const plan = providerKeyPlan(
      policy,
      providerKey.provider,
      profile.modelAsked,
      newId('plan'),
      (candidate) => priceOf(candidate, at) !== undefined,
    );
    return plan.ok ? succeed(this.entryFor(policy, plan.value, at)) : plan;
  }

  invalidate(event: PlansInvalidated): void {
    this.cache.invalidate(event);
  }

  /** @param keys KV keys that changed; null when anything may have */
  configChanged(keys: ConfigChanged['keys'] | readonly string[] | null): void {
    if (keys === null) return this.cache.clear();
    const routeIds = keys.flatMap((key) =>
      key.startsWith(ROUTE_KEY) ? [key.slice(ROUTE_KEY.length)] : [],
    );
    if (routeIds.length) this.cache.dropRoutes(new Set(routeIds));
  }

  private async ask(
    { requestId, traceparent, policy }: PlanAsker,
    route: RouteChoice,
    profile: RequestProfile,
    key: string,
  ): Promise<PlanOutcome> {
    const answer = await this.options.bus.request(
      makePlan,
      {
        requestId,
        organizationId: policy.organizationId,
        projectId: policy.projectId,
        keyId: policy.keyId,
        routeId: route.routeId,
        strategy: policy.routingStrategy,
        modelAllowlist: policy.modelAllowlist,
        needsPrice: hasHardBudget(policy),
        needsPlatformPrice: platformQuotasFor(policy, profile.operation).some(
          ({ metric }) => metric === 'cost',
        ),
        ...(policy.defaultPrice ? { defaultPrice: policy.defaultPrice } : {}),
        profileClass: profileClassOf(profile, route.modelAsked),
      },
      { requestId, traceparent },
    );
    const now = this.options.now();
    if (!answer.ok) {
      const standIn = this.cache.stale(key, policy, now, STAND_IN_MS);
      return standIn ? succeed(standIn) : fail(unavailable(answer.failure));
    }
    if (answer.value.outcome !== 'planned') return fail(refusal(answer.value));
    const entry = this.entryFor(policy, answer.value.plan, now);
    this.cache.put(key, entry, now);
    return succeed(entry);
  }

  private entryFor(policy: KeyPolicy, plan: Plan, now: number): PlanEntry {
    const { newId, priceOf, defaultOutputCap } = this.options;
    const value: CallContext = {
      organizationId: policy.organizationId,
      projectId: policy.projectId,
      keyId: policy.keyId,
      routeId: plan.routeId,
      routeVersion: plan.routeVersion,
      planId: plan.planId,
      strategy: plan.strategy,
      candidates: plan.candidates,
      excluded: plan.excluded,
      retry: plan.retry,
      timeouts: plan.timeouts,
      ...(plan.continueOnCut ? { continueOnCut: true } : {}),
      keyMetadata: policy.metadata,
      ...(policy.payloadCapture === 'none' ? {} : { keepsResponses: true }),
    };
    return {
      policy,
      plan,
      // An id of its own: the same plan under a changed key is another context.
      context: { id: newId('plan'), value },
      terms: reservationTerms(policy, plan, (one) => priceOf(one, now), defaultOutputCap),
    };
  }
}

function unavailable({ code }: Failure): Failure {
  return failure('routing.unavailable', { internal: code, retryAfterMs: RETRY_MS });
}

function refusal(answer: Exclude<PlanAnswer, { outcome: 'planned' }>): Failure {
  switch (answer.outcome) {
    case 'no_route':
      return failure('auth.no_published_route');
    case 'model_not_allowed':
      return failure('auth.model_not_allowed', { param: 'model' });
    case 'exhausted':
      return failure('routing.exhausted', { details: answer.excluded.map(detailOf) });
  }
}

function detailOf({ provider, model, reason, text }: ExcludedCandidate) {
  return { provider, model, code: reason, reason: text };
}
