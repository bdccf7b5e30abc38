import { hash } from 'node:crypto';
import {
  type Candidate,
  isId,
  keyPolicy,
  MAX_COUNTED_CHARS,
  type RequestQuota,
  type Selector,
} from '@tollgate/contracts';
import { type RequestFacts, resolveLimits } from './resolve-limits.ts';

const sha256 = (text: string): string => hash('sha256', text, 'hex');

const candidate = (aiProviderId: string, provider: Candidate['provider'], model: string) =>
  ({ aiProviderId, connectionName: `name of ${aiProviderId}`, provider, model }) as Candidate;

const CANDIDATES = [
  candidate('aip_1', 'openai', 'gpt-5'),
  candidate('aip_2', 'openai', 'gpt-5'),
  candidate('aip_3', 'anthropic', 'claude-haiku-4-5'),
];
const FACTS: RequestFacts = {
  endUser: 'alice',
  metadata: { team: 'search', tier: 'free' },
  candidates: CANDIDATES,
};

const limitOf = (selector: Selector): RequestQuota => ({
  quotaId: 'quo_definition',
  scope: 'organization',
  scopeId: 'org_1',
  metric: 'requests',
  window: 'day',
  limit: '5',
  currency: null,
  usdPerUnit: null,
  timezone: 'UTC',
  hard: true,
  alertPct: [80],
  selector,
});

function resolve(
  selector: Selector,
  facts: Partial<RequestFacts> = {},
  metadata: Record<string, string> = {},
) {
  const policy = { requestQuotas: [limitOf(selector)], metadata };
  return resolveLimits(policy, { ...FACTS, ...facts }, sha256).quotas;
}

describe('limits that select requests', () => {
  it('give each end user a quota with an id of its own, the same wherever it is made', () => {
    const selector = { by: 'end_user', match: null } as const;
    const [alice] = resolve(selector).always;
    const [again] = resolve(selector, { candidates: [] }).always;
    const [bob] = resolve(selector, { endUser: 'bob' }).always;
    expect(alice).toMatchObject({
      scope: 'organization',
      limit: '5',
      alertPct: [80],
      counts: { by: 'end_user', value: 'alice' },
    });
    expect(alice).not.toHaveProperty('selector');
    expect(again).toEqual(alice);
    expect(bob?.quotaId).not.toBe(alice?.quotaId);
    for (const one of [alice, bob]) expect(isId('quota', one?.quotaId ?? '')).toBe(true);
  });

  it('hold for the one value alone that they name', () => {
    const selector = { by: 'end_user', match: 'bob' } as const;
    expect(resolve(selector).always).toEqual([]);
    expect(resolve(selector, { endUser: 'bob' }).always).toHaveLength(1);
  });

  it("go by the key's metadata before the request's, and by nothing that was not said", () => {
    const team = { by: 'tag', tag: 'team', match: null } as const;
    expect(resolve(team).always).toMatchObject([{ counts: { tag: 'team', value: 'search' } }]);
    expect(resolve(team, {}, { team: 'ads' }).always).toMatchObject([{ counts: { value: 'ads' } }]);
    expect(resolve(team, { metadata: {} }).always).toEqual([]);
    expect(
      resolve({ by: 'tag', tag: 'constructor', match: null }, { metadata: {} }).always,
    ).toEqual([]);
    expect(resolve({ by: 'end_user', match: null }, { endUser: null }).always).toEqual([]);
    expect(resolve({ by: 'end_user', match: null }, { endUser: '' }).always).toEqual([]);
  });

  it('stand for those candidates that they count: each connection, a vendor, each model', () => {
    const perConnection = resolve({ by: 'provider', match: null }).byCandidate;
    expect(perConnection.map(({ quota }) => quota.counts?.value)).toEqual([
      'aip_1',
      'aip_2',
      'aip_3',
    ]);
    const vendor = resolve({ by: 'provider', match: 'openai' }).byCandidate;
    expect(vendor).toMatchObject([{ candidates: CANDIDATES.slice(0, 2) }]);
    for (const match of ['aip_2', 'name of aip_2'])
      expect(resolve({ by: 'provider', match }).byCandidate).toMatchObject([
        { candidates: CANDIDATES.slice(1, 2), quota: { counts: { value: 'aip_2' } } },
      ]);
    const perModel = resolve({ by: 'model', match: null }).byCandidate;
    expect(perModel.map(({ candidates }) => candidates.length)).toEqual([2, 1]);
    for (const match of ['claude-haiku-4-5', 'anthropic/claude-haiku-4-5'])
      expect(resolve({ by: 'model', match }).byCandidate).toMatchObject([
        { candidates: CANDIDATES.slice(2), quota: { counts: { value: match } } },
      ]);
    expect(resolve({ by: 'model', match: 'openai/claude-haiku-4-5' }).byCandidate).toEqual([]);
  });

  it('tell values apart that are too long to be shown', () => {
    const long = 'x'.repeat(5_000);
    const selector = { by: 'end_user', match: null } as const;
    const [a] = resolve(selector, { endUser: `${long}a` }).always;
    const [b] = resolve(selector, { endUser: `${long}b` }).always;
    expect(a?.counts?.value).toHaveLength(MAX_COUNTED_CHARS);
    expect(a?.quotaId).not.toBe(b?.quotaId);
    expect(a?.counts?.value).not.toBe(b?.counts?.value);
  });

  it('come to slots where they are of calls that are open at once', () => {
    const selector = { by: 'end_user', match: null } as const;
    const quotaId = 'quo_slots';
    const limit = {
      quotaId,
      scope: 'key',
      scopeId: 'key_1',
      limit: 3,
      hard: true,
      selector,
    } as const;
    const { slots } = resolveLimits({ requestSlotQuotas: [limit], metadata: {} }, FACTS, sha256);
    expect(slots.always).toEqual([
      {
        quotaId: slots.always[0]?.quotaId,
        scope: 'end_user',
        scopeId: 'alice',
        limit: 3,
        hard: true,
      },
    ]);
  });

  it('are understood by readers of policies', () => {
    const requestQuotas = [limitOf({ by: 'tag', tag: 'team', match: null })];
    const parsed = keyPolicy.shape.requestQuotas.parse(requestQuotas);
    expect(parsed).toEqual(requestQuotas);
  });
});
