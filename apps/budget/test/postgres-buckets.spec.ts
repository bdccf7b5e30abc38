import fc from 'fast-check';
import { verifyLedger } from '../src/application/verify-ledger.ts';
import type { SettlementRow } from '../src/domain/settlement-row.ts';
import { least, type Units } from '../src/domain/units.ts';
import {
  emptyBucket,
  moveBucket,
  roomOf,
  secondOf,
  takeMove,
  type TokenBucket,
  unspentOf,
} from '../src/domain/token-bucket.ts';
import { createId, quotaOf, useLedger } from './ledger-fixture.ts';

const fixture = useLedger();
const START = Date.UTC(2026, 10, 20, 12, 0, 0, 250);
const LEASE_MS = 5_000;

interface Held {
  readonly grantId: string;
  readonly ends: number;
  readonly units: bigint;
  held: bigint;
  drawn: bigint;
  isOpen: boolean;
}

const pick = fc.nat({ max: 1_000 });
const step = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.nat({ max: 25_000 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.nat({ max: 900 }) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('take' as const),
      units: fc.integer({ min: 1, max: 30 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('return' as const), pick }) },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('settle' as const),
      pick,
      draw: fc.integer({ min: 1, max: 10 }),
      usedPercent: fc.nat({ max: 180 }),
      times: fc.integer({ min: 1, max: 2 }),
    }),
  },
);

const units = (tokens: bigint): Units => ({ cost: 0n, tokens, requests: 0n });

function settlementOf(
  grantId: string,
  draw: bigint,
  used: bigint,
  requestId: string,
): SettlementRow {
  return {
    requestId,
    organizationId: 'org_1',
    projectId: 'prj_1',
    keyId: 'key_1',
    grantId,
    drawCost: '0',
    drawTokens: Number(draw),
    drawRequests: 0,
    cost: '0',
    tokens: Number(used),
    requests: 1,
    platform: { cost: '0', tokens: 0, requests: 0 },
    usageSource: 'provider',
    priceVersion: 'p1',
    startedAt: START,
    streamSequence: 1,
    spentWindowId: null,
    entries: [],
  };
}

async function storedBucket(quotaId: string): Promise<TokenBucket> {
  const [row] = await fixture.database().query<{
    second: string;
    level: string;
    ends: string[];
    units: string[];
  }>('select (bucket).* from budget.quota_window where quota_id = $1', [quotaId]);
  if (!row) throw new Error('no bucket');
  const { ends, units: amounts } = row;
  return {
    second: Number(row.second),
    level: BigInt(row.level),
    later: ends.map((second, at) => ({ second: Number(second), units: BigInt(amounts[at] ?? 0) })),
  };
}

describe('buckets in Postgres', () => {
  it('do what the model does: taken, returned, settled, late, twice and beyond', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 10, max: 120 }),
        fc.array(step, { minLength: 5, maxLength: 40 }),
        async (cap, steps) => {
          await fixture.empty();
          const ledger = fixture.ledger();
          const limit = BigInt(cap);
          const quota = quotaOf({ metric: 'tokens', window: 'minute', limit: String(cap) });
          const open = { windowId: createId('window'), quota, startsAt: 0, endsAt: null };
          const grants: Held[] = [];
          let bucket = emptyBucket(START);
          let now = START;
          const chosen = (place: number, from: readonly Held[]): Held | undefined =>
            from[place % Math.max(1, from.length)];
          for (const one of steps) {
            if (one.kind === 'wait') now += one.ms;
            if (one.kind === 'take') {
              const amount = BigInt(one.units);
              const grantId = createId('grant');
              const slice = { need: units(amount), want: units(amount), extra: 0n };
              const owner = {
                holder: 'h',
                organizationId: 'org_1',
                projectId: 'prj_1',
                keyId: 'key_1',
              };
              const taken = await ledger.takeGrants([open], [{ grantId, ...owner, slice }], now);
              const fits = amount <= roomOf(bucket, limit, now);
              expect(taken.answers[0]?.outcome).toBe(fits ? 'granted' : 'blocked');
              if (taken.answers[0]?.outcome === 'blocked')
                expect(taken.answers[0].blocks[0]?.why).toBe(
                  amount > unspentOf(bucket, limit, now) ? 'spent' : 'held',
                );
              if (!fits) continue;
              const ends = secondOf(now + LEASE_MS);
              bucket = moveBucket(bucket, limit, now, [takeMove(ends, amount)]);
              grants.push({ grantId, ends, units: amount, held: amount, drawn: 0n, isOpen: true });
            }
            if (one.kind === 'return') {
              const grant = chosen(
                one.pick,
                grants.filter(({ isOpen }) => isOpen),
              );
              if (!grant) continue;
              const freed = least(grant.units - grant.drawn, grant.held);
              await ledger.returnGrant(grant.grantId, units(grant.drawn), now);
              grant.isOpen = false;
              // One that was drawn and settled to its end is closed.
              if (grant.held === 0n) continue;
              bucket = moveBucket(bucket, limit, now, [{ ends: grant.ends, freed, used: 0n }]);
              grant.held -= freed;
            }
            if (one.kind === 'settle') {
              const grant = chosen(
                one.pick,
                grants.filter(({ drawn, units: all }) => drawn < all),
              );
              if (!grant?.isOpen) continue;
              const draw = least(BigInt(one.draw), grant.units - grant.drawn);
              const used = (draw * BigInt(one.usedPercent)) / 100n;
              const row = settlementOf(grant.grantId, draw, used, createId('request'));
              for (let i = 0; i < one.times; i++) await ledger.settle([row, row], now);
              const freed = least(draw, grant.held);
              bucket = moveBucket(bucket, limit, now, [{ ends: grant.ends, freed, used }]);
              grant.held -= freed;
              grant.drawn += draw;
            }
            if (grants.length > 0) {
              const stored = await storedBucket(quota.quotaId);
              expect(stored).toEqual(bucket);
              const room = await ledger.room([open.windowId], now);
              expect(room.get(open.windowId)).toEqual({
                available: roomOf(bucket, limit, now),
                unspent: unspentOf(bucket, limit, now),
              });
            }
          }
          const differences = await verifyLedger((text) => fixture.database().query(text, []));
          expect(differences).toEqual([]);
        },
      ),
      { numRuns: 40 },
    );
  }, 120_000);

  it('let in a burst of the limit over three instances at once, and then as it refills', async () => {
    const ledgers = [fixture.ledger(), fixture.another().ledger, fixture.another().ledger];
    const quota = quotaOf({ window: 'minute', limit: '60' });
    let now = START;
    const burst = async (tries: number): Promise<number> => {
      const answers = await Promise.all(
        Array.from({ length: tries }, async (_, place) => {
          const open = { windowId: createId('window'), quota, startsAt: 0, endsAt: null };
          const need = { cost: 0n, tokens: 0n, requests: 1n };
          const grantId = createId('grant');
          const owner = { holder: 'h', organizationId: 'o', projectId: 'p', keyId: 'k' };
          const ask = { grantId, ...owner, slice: { need, want: need, extra: 0n } };
          const taken = await ledgers[place % 3]?.takeGrants([open], [ask], now);
          if (taken?.answers[0]?.outcome !== 'granted') return null;
          // A long call: it gives its unit back to nobody, and keeps it from nobody as it flows off.
          return grantId;
        }),
      );
      return answers.filter((grantId) => grantId !== null).length;
    };
    expect(await burst(150)).toBe(60);
    expect(await burst(20)).toBe(0);
    now += LEASE_MS + 1_000;
    expect(await burst(20)).toBeLessThanOrEqual(1);
    now += 10_000;
    expect(await burst(40)).toBe(10);
    now += 120_000;
    expect(await burst(150)).toBe(60);
  }, 60_000);

  it('forget those that were idle for long and hold nothing', async () => {
    const quota = quotaOf({ window: 'minute', limit: '5' });
    const open = { windowId: createId('window'), quota, startsAt: 0, endsAt: null };
    const need = { cost: 0n, tokens: 0n, requests: 1n };
    const grantId = createId('grant');
    const owner = { holder: 'h', organizationId: 'o', projectId: 'p', keyId: 'k' };
    const ask = { grantId, ...owner, slice: { need, want: need, extra: 0n } };
    await fixture.ledger().takeGrants([open], [ask], START);
    const count = async () => {
      const text = 'select count(*)::integer as n from budget.quota_window where window_id = $1';
      const [row] = await fixture.database().query<{ n: number }>(text, [open.windowId]);
      return row?.n;
    };
    await fixture.ledger().purge(START + 3_600_000);
    expect(await count()).toBe(1);
    await fixture.ledger().returnGrant(grantId, { cost: 0n, tokens: 0n, requests: 0n }, START);
    await fixture.ledger().purge(START + 3_600_000);
    expect(await count()).toBe(0);
  });
});
