import type { Attempt, Counted } from '@tollgate/contracts';
import { verifyLedger } from '../src/application/verify-ledger.ts';
import { askFor, inSeconds, instanceOn } from './desk-fixture.ts';
import { quotaOf, recordOf, useLedger } from './ledger-fixture.ts';

const fixture = useLedger();

const usage = recordOf().usage;
const attempt = (changes: Partial<Attempt>): Attempt => ({
  aiProviderId: 'aip_1',
  provider: 'openai',
  model: 'gpt-5',
  status: 200,
  code: null,
  startedAt: Date.now(),
  durationMs: 5,
  usage,
  costPicoUsd: '700',
  ...changes,
});

/** Cut at one provider, it went on at another. */
const ATTEMPTS = [
  attempt({}),
  attempt({
    aiProviderId: 'aip_2',
    provider: 'anthropic',
    model: 'claude-haiku-4-5',
    usage: { ...usage, inputTokens: 20, outputTokens: 1 },
    costPicoUsd: '300',
  }),
];

async function settledIn(quotaIds: readonly string[]): Promise<readonly string[]> {
  const rows = await fixture
    .database()
    .query<{ id: string; settled: string; granted: string }>(
      `select quota_id as id, settled::text, granted::text from budget.quota_window where quota_id = any($1)`,
      [quotaIds],
    );
  const byId = new Map(rows.map((row) => [row.id, `${row.settled} of which held ${row.granted}`]));
  return quotaIds.map((id) => byId.get(id) ?? 'none');
}

describe('quotas that count some requests of their owner', () => {
  const counts = (by: Counted['by'], value: string, tag?: string) => ({
    counts: { by, value, ...(tag === undefined ? {} : { tag }) },
  });

  it('are charged with what was used at their provider or model, or with all of it', async () => {
    const { desk, settle } = instanceOn(fixture.ledger());
    const cost = { metric: 'cost', limit: '1000000' } as const;
    const quotas = [
      quotaOf(cost),
      quotaOf({ ...cost, ...counts('end_user', 'alice') }),
      quotaOf({ ...cost, ...counts('tag', 'search', 'team') }),
      quotaOf({ ...cost, ...counts('provider', 'openai') }),
      quotaOf({ ...cost, ...counts('provider', 'aip_2') }),
      quotaOf({ ...cost, ...counts('model', 'anthropic/claude-haiku-4-5') }),
      quotaOf({ ...cost, ...counts('model', 'gpt-5-mini') }),
      quotaOf({ metric: 'tokens', limit: '1000', ...counts('model', 'gpt-5') }),
      quotaOf({
        metric: 'tokens',
        window: 'minute',
        limit: '1000',
        ...counts('provider', 'aip_2'),
      }),
      quotaOf({ limit: '10', ...counts('provider', 'openai') }),
      quotaOf({ limit: '10', ...counts('provider', 'aip_9') }),
    ];
    const need = { costPicoUsd: '5000', tokens: 100, requests: 1 };
    const answer = await desk.take(askFor(quotas, { need, want: need }), inSeconds(5));
    if (answer.outcome !== 'granted') throw new Error('refused');
    const { grantId, amounts } = answer.grant;
    const line = JSON.stringify(
      recordOf({
        draw: { grantId, amounts },
        attempts: ATTEMPTS,
        costPicoUsd: '1000',
        usage: { ...usage, inputTokens: 30, outputTokens: 6 },
      }),
    );
    await settle.handle([{ sequence: 1, lines: [line, line] }]);
    await settle.handle([{ sequence: 2, lines: [line] }]);
    const expected = ['1000', '1000', '1000', '700', '300', '300', '0', '15', '21', '1', '0'];
    expect(await settledIn(quotas.map(({ quotaId }) => quotaId))).toEqual(
      expected.map((used) => `${used} of which held 0`),
    );
    expect(await verifyLedger((text) => fixture.database().query(text, []))).toEqual([]);
  });

  it('are not charged for a record without a draw, which says not whom it is for', async () => {
    const { desk, settle } = instanceOn(fixture.ledger());
    const owner = { metric: 'cost', limit: '1000000', scopeId: 'key_undrawn' } as const;
    const whole = quotaOf(owner);
    const alice = quotaOf({ ...owner, ...counts('end_user', 'alice') });
    const answer = await desk.take(askFor([whole, alice]), inSeconds(5));
    if (answer.outcome !== 'granted') throw new Error('refused');
    const line = JSON.stringify(recordOf({ keyId: 'key_undrawn', costPicoUsd: '1000' }));
    await settle.handle([{ sequence: 1, lines: [line] }]);
    expect(await settledIn([whole.quotaId, alice.quotaId])).toEqual([
      '1000 of which held 1000',
      '0 of which held 1000',
    ]);
  });

  it('hold for each value apart, over two instances', async () => {
    const instances = [instanceOn(fixture.ledger()), instanceOn(fixture.another().ledger)];
    const shared = quotaOf({ limit: '1000' });
    const users = ['alice', 'bob'].map((value) =>
      quotaOf({ limit: '7', ...counts('end_user', value) }),
    );
    const outcomes = await Promise.all(
      Array.from({ length: 40 }, async (_, place) => {
        const user = users[place % 2] ?? shared;
        const answer = await instances[place % 3 === 0 ? 0 : 1]?.desk.take(
          askFor([shared, user]),
          inSeconds(5),
        );
        return answer?.outcome === 'granted' ? user.quotaId : null;
      }),
    );
    for (const { quotaId } of users)
      expect(outcomes.filter((granted) => granted === quotaId)).toHaveLength(7);
  });
});
