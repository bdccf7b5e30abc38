import {
  type Candidate,
  type Counted,
  ID_PREFIXES,
  type KeyPolicy,
  MAX_COUNTED_CHARS,
  type QuotaDefinition,
  type RequestQuota,
  type RequestSlotQuota,
  type Selector,
  type SlotQuota,
} from '@tollgate/contracts';

/** What limits tell requests apart by. */
export interface RequestFacts {
  readonly endUser: string | null;
  /** What the request says; where the key says something else, the key is right. */
  readonly metadata: Readonly<Record<string, string>>;
  /** Who may answer. */
  readonly candidates: readonly Candidate[];
}

/** A limit that holds only where one of these answers. */
export interface CandidateLimit<Q> {
  readonly quota: Q;
  readonly candidates: readonly Candidate[];
}

export interface Resolved<Q> {
  /** Hold whoever answers. */
  readonly always: readonly Q[];
  readonly byCandidate: readonly CandidateLimit<Q>[];
}

/** What the selecting limits of a key come to for a request: those of amounts, and those of calls that are open at once. */
export interface RequestLimits {
  readonly quotas: Resolved<QuotaDefinition>;
  readonly slots: Resolved<SlotQuota>;
}

/** SHA-256 as lower-case hexadecimal text. */
export type HashText = (text: string) => string;

type Definition = Pick<RequestQuota, 'quotaId' | 'selector'>;

/** 104 bits, as the ids of all quotas have. */
const ID_CHARS = 26;
/** Of a value that is too long the beginning is kept, and so much of its hash. */
const CUT_CHARS = MAX_COUNTED_CHARS - ID_CHARS - 1;

/** A request that names no end user, or has no such tag, is not limited by what would tell it apart. */
export function resolveLimits(
  policy: Pick<KeyPolicy, 'requestQuotas' | 'requestSlotQuotas' | 'metadata'>,
  facts: RequestFacts,
  hash: HashText,
): RequestLimits {
  const seen = { ...facts, metadata: { ...facts.metadata, ...policy.metadata } };
  return {
    quotas: resolveAll(policy.requestQuotas ?? [], seen, hash, quotaFor),
    slots: resolveAll(policy.requestSlotQuotas ?? [], seen, hash, slotQuotaFor),
  };
}

function resolveAll<D extends Definition, Q>(
  definitions: readonly D[],
  facts: RequestFacts,
  hash: HashText,
  quotaOf: (definition: D, quotaId: string, counts: Counted) => Q,
): Resolved<Q> {
  const always: Q[] = [];
  const byCandidate: CandidateLimit<Q>[] = [];
  const resolve = (definition: D, value: string): Q => {
    const { by, tag } = definition.selector;
    const counts = { by, ...(tag === undefined ? {} : { tag }), value: shown(value, hash) };
    return quotaOf(definition, quotaIdFor(definition.quotaId, value, hash), counts);
  };
  for (const definition of definitions) {
    const { selector } = definition;
    if (selector.by === 'provider' || selector.by === 'model') {
      for (const [value, candidates] of byValue(selector, facts.candidates))
        byCandidate.push({ quota: resolve(definition, value), candidates });
      continue;
    }
    const value = valueOf(selector, facts);
    if (value !== null && (selector.match === null || selector.match === value))
      always.push(resolve(definition, value));
  }
  return { always, byCandidate };
}

function valueOf({ by, tag }: Selector, { endUser, metadata }: RequestFacts): string | null {
  const value = by === 'end_user' ? endUser : own(metadata, tag ?? '');
  return value === undefined || value === null || value === '' ? null : value;
}

function byValue(
  { by, match }: Selector,
  candidates: readonly Candidate[],
): ReadonlyMap<string, readonly Candidate[]> {
  const groups = new Map<string, Candidate[]>();
  for (const candidate of candidates) {
    const value = match === null ? nameOf(by, candidate) : matchedName(by, match, candidate);
    if (value === null) continue;
    const group = groups.get(value);
    if (group) group.push(candidate);
    else groups.set(value, [candidate]);
  }
  return groups;
}

function nameOf(by: Selector['by'], { aiProviderId, model }: Candidate): string {
  return by === 'provider' ? aiProviderId : model;
}

/** Under which name the candidate is limited, as budget finds it in the ledger: a connection's own name is not known there. */
function matchedName(by: Selector['by'], match: string, candidate: Candidate): string | null {
  const { aiProviderId, connectionName, provider, model } = candidate;
  if (by === 'model') return match === model || match === `${provider}/${model}` ? match : null;
  if (match === provider) return provider;
  return match === aiProviderId || match === connectionName ? aiProviderId : null;
}

function quotaFor(
  { selector: _selector, ...quota }: RequestQuota,
  quotaId: string,
  counts: Counted,
): QuotaDefinition {
  return { ...quota, quotaId, counts };
}

function slotQuotaFor(
  { limit, hard }: RequestSlotQuota,
  quotaId: string,
  { by, value }: Counted,
): SlotQuota {
  return { quotaId, scope: by, scopeId: value, limit, hard };
}

/** The same for the same value, over all gateways. */
function quotaIdFor(definitionId: string, value: string, hash: HashText): string {
  return `${ID_PREFIXES.quota}_${hash(`${definitionId}|${value}`).slice(0, ID_CHARS)}`;
}

function shown(value: string, hash: HashText): string {
  if (value.length <= MAX_COUNTED_CHARS) return value;
  return `${value.slice(0, CUT_CHARS)}~${hash(value).slice(0, ID_CHARS)}`;
}

function own(metadata: RequestFacts['metadata'], name: string): string | undefined {
  return Object.hasOwn(metadata, name) ? metadata[name] : undefined;
}
