import {
  type IdFactory,
  type KeyPolicy,
  MAX_COUNTED_CHARS,
  type QuotaDefinition,
  type Selector,
} from '@tollgate/contracts';
import type { RequestProfile } from '@tollgate/dialects';
import {
  describeCounted,
  type DrawTerms,
  leaveOut,
  type PartLimit,
} from '../domain/limits/draw-terms.ts';
import type { QuotaHolder } from '../domain/grants/grant-holder.ts';
import type { PlanEntry } from '../domain/plans/plan-cache.ts';
import { isPlatform, plainQuota, platformQuotasFor } from '../domain/plans/platform-access.ts';
import { termsUnder } from '../domain/limits/reservation.ts';
import {
  type HashText,
  type RequestFacts,
  type RequestLimits,
  resolveLimits,
} from '../domain/limits/resolve-limits.ts';

export interface DrawDeskOptions {
  readonly newId: IdFactory;
  readonly hash: HashText;
  /** Sets of terms, and of holders, that are kept; beyond it the oldest goes, and is made anew when it is asked for. */
  readonly most: number;
}

/** Of a request, what limits tell it apart by. */
export interface Asked {
  readonly profile: Pick<RequestProfile, 'operation' | 'endUser' | 'metadata'>;
  /** From the request's headers; weighs more than the body's. */
  readonly metadata: Readonly<Record<string, string>> | null;
}

/** So many ways of leaving candidates out are kept for one plan. */
const MOST_REST = 64;

/**
 * What requests draw on. Worked out once for each plan, and once for each end user and set of tags where limits go by those:
 * with that at hand a request pays for one look.
 */
export class DrawDesk {
  private readonly plain = new WeakMap<PlanEntry, DrawTerms>();
  private readonly selected = new Map<string, DrawTerms>();
  private readonly holders = new Map<string, { policy: KeyPolicy; holder: QuotaHolder }>();
  private readonly rests = new WeakMap<PlanEntry, Map<string, PlanEntry>>();

  constructor(private readonly options: DrawDeskOptions) {}

  termsOf(entry: PlanEntry, asked: Asked): DrawTerms {
    const { policy } = entry;
    if (policy.requestQuotas?.length || policy.requestSlotQuotas?.length)
      return this.selectedTerms(entry, asked);
    const known = this.plain.get(entry);
    if (known) return known;
    const terms = this.build(entry, asked, null);
    this.plain.set(entry, terms);
    return terms;
  }

  /** The same without those whom limits stand for; null where nobody would be left. */
  without({ entry }: DrawTerms, parts: readonly PartLimit[], asked: Asked): DrawTerms | null {
    const name = parts.map(({ quotaId }) => quotaId).join(' ');
    const rests = this.rests.get(entry) ?? new Map<string, PlanEntry>();
    this.rests.set(entry, rests);
    const rest = rests.get(name) ?? leaveOut(entry, parts, this.options.newId('plan'));
    if (rest === null) return null;
    if (rests.size >= MOST_REST) rests.clear();
    rests.set(name, rest);
    return this.termsOf(rest, asked);
  }

  private selectedTerms(entry: PlanEntry, asked: Asked): DrawTerms {
    const facts = factsOf(entry, asked);
    const key = keyOf(entry, facts, this.options.hash);
    const known = this.selected.get(key);
    if (known?.entry === entry) return known;
    const limits = resolveLimits(entry.policy, facts, this.options.hash);
    const terms = this.build(entry, asked, limits);
    keep(this.selected, key, terms, this.options.most);
    return terms;
  }

  private build(entry: PlanEntry, { profile }: Asked, limits: RequestLimits | null): DrawTerms {
    const { policy, plan } = entry;
    const platform = plan.candidates.filter(isPlatform);
    const platformQuotas = platform.length ? platformQuotasFor(policy, profile.operation) : [];
    const byCandidate = limits?.quotas.byCandidate ?? [];
    const more = [
      ...(limits?.quotas.always ?? []),
      ...byCandidate.map(({ quota }) => quota),
      ...platformQuotas.map(plainQuota),
    ];
    const counted = new Map<string, string>();
    for (const { quotaId, counts } of more)
      if (counts) counted.set(quotaId, describeCounted(counts));
    const parts: PartLimit[] = byCandidate.map(({ quota, candidates }) => ({
      quotaId: quota.quotaId,
      candidates,
      kind: null,
      isHardAmount: quota.hard && quota.metric !== 'requests',
      of: counted.get(quota.quotaId) ?? '',
    }));
    for (const { quotaId, kind, metric } of platformQuotas)
      parts.push({
        quotaId,
        candidates: platform,
        kind,
        isHardAmount: metric !== 'requests',
        of: 'platform access',
      });
    const holder = more.length ? this.holderOf(policy, more, hiddenOf(parts, entry)) : policy;
    const slots = [...(policy.slotQuotas ?? []), ...(limits?.slots.always ?? [])];
    for (const { quota, candidates } of limits?.slots.byCandidate ?? []) {
      const of = describeCounted({
        by: quota.scope === 'model' ? 'model' : 'provider',
        value: quota.scopeId,
      });
      slots.push(quota);
      parts.push({ quotaId: quota.quotaId, candidates, kind: null, isHardAmount: false, of });
    }
    return {
      entry,
      holder,
      terms: holder === policy ? entry.terms : termsUnder(entry.terms, holder.quotas),
      slots,
      parts,
      counted,
    };
  }

  /** One for each key and set of quotas, so that its requests share grants, and nobody else's touch them. */
  private holderOf(
    policy: KeyPolicy,
    more: readonly QuotaDefinition[],
    hidden: ReadonlySet<string>,
  ): QuotaHolder {
    const { organizationId, projectId, keyId } = policy;
    const name = [keyId, ...more.map(({ quotaId }) => quotaId), '', ...hidden].join(' ');
    const known = this.holders.get(name);
    if (known?.policy === policy) return known.holder;
    const holder = {
      organizationId,
      projectId,
      keyId,
      quotas: [...policy.quotas, ...more],
      hidden,
    };
    keep(this.holders, name, { policy, holder }, this.options.most);
    return holder;
  }
}

/** Limits that a request may go on without: what is left of them says nothing to a client. */
function hiddenOf(parts: readonly PartLimit[], { plan }: PlanEntry): ReadonlySet<string> {
  const some = parts.filter(({ candidates }) => candidates.length < plan.candidates.length);
  return new Set(some.map(({ quotaId }) => quotaId));
}

function factsOf(entry: PlanEntry, { profile, metadata }: Asked): RequestFacts {
  return {
    endUser: profile.endUser,
    metadata: metadata === null ? profile.metadata : { ...profile.metadata, ...metadata },
    candidates: entry.plan.candidates,
  };
}

/** Tells requests of a plan apart by no more than limits do. */
function keyOf({ policy, context }: PlanEntry, facts: RequestFacts, hash: HashText): string {
  let key = context.id;
  for (const one of policy.requestQuotas ?? []) key += partOf(one.selector, facts, hash);
  for (const one of policy.requestSlotQuotas ?? []) key += partOf(one.selector, facts, hash);
  return key;
}

/** Of a bounded length, and not to be confused with two others. */
function partOf({ by, tag = '' }: Selector, facts: RequestFacts, hash: HashText): string {
  if (by === 'provider' || by === 'model') return '';
  const { endUser, metadata } = facts;
  const said = by === 'end_user' ? endUser : Object.hasOwn(metadata, tag) ? metadata[tag] : '';
  const value = said ?? '';
  return ` ${value.length}:${value.length > MAX_COUNTED_CHARS ? hash(value) : value}`;
}

function keep<V>(map: Map<string, V>, key: string, value: V, most: number): void {
  map.delete(key);
  if (map.size >= most) {
    const [oldest] = map.keys();
    if (oldest !== undefined) map.delete(oldest);
  }
  map.set(key, value);
}
