import fc from 'fast-check';
import pg from 'pg';
import { PostgresLedger } from '../src/adapters/postgres/postgres-ledger.ts';
import type { Database } from '../src/adapters/postgres/database.ts';
import { LedgerRejectedError, type OpenQuota } from '../src/application/ledger.ts';
import { verifyLedger } from '../src/application/verify-ledger.ts';
import { applyCommand, type LedgerCommand, type LedgerState } from '../src/domain/ledger-model.ts';
import { fits, sizeSlice } from '../src/domain/slice.ts';
import { addUnits, greatest, METRIC_ORDER, NOTHING, type Units } from '../src/domain/units.ts';
import { openingState, runPlan, WINDOWS } from './ledger-scenarios.ts';
import { commandPlans } from './ledger-steps.ts';
import { createId, quotaOf, useLedger } from './ledger-fixture.ts';

const fixture = useLedger();

describe('the ledger in Postgres', () => {
  it('does what the model does, command by command', async () => {
    await fc.assert(
      fc.asyncProperty(commandPlans, async (plan) => {
        await fixture.empty();
        const commands: LedgerCommand[] = [];
        let state = openingState();
        const apply = (command: LedgerCommand): LedgerState => {
          commands.push(command);
          return (state = applyCommand(state, command));
        };
        const world = runPlan(plan, apply);
        for (const command of world.quiet()) apply(command);

        let expected = openingState();
        for (const command of commands) {
          expected = applyCommand(expected, command);
          await perform(command);
          expect(await statedBooks()).toEqual(booksOf(expected));
        }
        const differences = await verifyLedger((text) => fixture.database().query(text, []));
        expect(differences.filter((one) => one.what !== 'request cost')).toEqual([]);
      }),
      { numRuns: 25 },
    );
  }, 120_000);
});

describe('budget.take_grants', () => {
  const amount = fc.integer({ min: 0, max: 50 });
  const ask = fc.record({
    cost: amount,
    tokens: amount,
    others: fc.array(fc.record({ cost: amount, tokens: amount }), { maxLength: 4 }),
    extra: fc.nat({ max: 40 }),
  });
  /** How much more than the first ask wants there is, in its needs: around the point where extra begins. */
  const beyond = fc.record({
    needs: fc.integer({ min: -3, max: 130 }),
    rest: fc.integer({ min: -2, max: 60 }),
  });

  it('sizes grants as sizeSlice does, several in one transaction', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(ask, { minLength: 1, maxLength: 4 }),
        fc.tuple(beyond, beyond, beyond),
        async (drafts, space) => {
          const asks = drafts.map(sliceAskOf);
          const limits = METRIC_ORDER.map((metric, i) => {
            const { need, want } = asks[0] ?? { need: NOTHING, want: NOTHING };
            const { needs, rest } = space[i] ?? { needs: 0, rest: 0 };
            return greatest(want[metric] + need[metric] * BigInt(needs) + BigInt(rest), 0n);
          });
          const open = METRIC_ORDER.map((metric, i) => ({
            windowId: createId('window'),
            quota: quotaOf({ metric, limit: String(limits[i]) }),
            startsAt: 0,
            endsAt: null,
          }));
          const rooms = METRIC_ORDER.map((metric, i) => ({ metric, available: limits[i] ?? 0n }));
          const owner = { holder: 'h', organizationId: 'o', projectId: 'p', keyId: 'k' };
          const taken = await fixture.ledger().takeGrants(
            open,
            asks.map((slice) => ({ grantId: createId('grant'), ...owner, slice })),
            Date.now(),
          );
          for (const [i, slice] of asks.entries()) {
            const answer = taken.answers[i];
            const isFitting = rooms.every((room) => fits(slice.need, room));
            expect(answer?.outcome).toBe(isFitting ? 'granted' : 'blocked');
            if (answer?.outcome !== 'granted') continue;
            const expected = sizeSlice(slice, rooms);
            expect(answer.amounts).toEqual(expected);
            for (const room of rooms) room.available -= expected[room.metric];
          }
        },
      ),
      { numRuns: 300 },
    );
  }, 60_000);
});

function sliceAskOf(draft: {
  readonly cost: number;
  readonly tokens: number;
  readonly others: readonly { readonly cost: number; readonly tokens: number }[];
  readonly extra: number;
}) {
  const unitsOf = (one: { cost: number; tokens: number }): Units => ({
    cost: BigInt(one.cost),
    tokens: BigInt(one.tokens),
    requests: 1n,
  });
  const need = unitsOf(draft);
  const want = draft.others.reduce((sum, one) => addUnits(sum, unitsOf(one)), need);
  return { need, want, extra: BigInt(draft.extra) };
}

const quotas = new Map<string, OpenQuota>(
  WINDOWS.map(({ id, metric, hard, limit, ...rest }) => [
    id,
    {
      windowId: id,
      quota: quotaOf({ quotaId: id, metric, hard, limit: limit.toString(), ...rest }),
      startsAt: 0,
      endsAt: null,
    },
  ]),
);

async function perform(
  command: LedgerCommand,
  database: Pick<Database, 'query'> = fixture.database(),
): Promise<void> {
  const ledger = new PostgresLedger(database, { leaseMs: 10_000, leastLeaseMs: 1_000 });
  switch (command.kind) {
    case 'take': {
      const open = command.windowIds
        .map((id) => quotas.get(id))
        .filter((quota) => quota !== undefined);
      const owner = {
        holder: 'ins_1',
        organizationId: 'org_1',
        projectId: 'prj_1',
        keyId: 'key_1',
      };
      const ask = { grantId: command.grantId, ...owner, slice: command.ask };
      // The second time it is refused by its id, and nothing of it stays.
      await ledger.takeGrants(open, [ask], Date.now()).catch((error: unknown) => {
        if (!(error instanceof LedgerRejectedError)) throw error;
      });
      return;
    }
    case 'return':
      await ledger.returnGrant(command.grantId, command.drawn, Date.now());
      return;
    case 'expire':
      await database.query(
        `update budget.budget_grant set expires_at = 'epoch' where grant_id = $1`,
        [command.grantId],
      );
      await ledger.expireGrants(1_000, Date.now());
      return;
    case 'crash':
      return crash(command.command);
    case 'stamp':
      await ledger.stampGrants(Date.now() + 60_000, command.lastSequence);
      return;
    case 'close':
      await ledger.closeGrants(command.ackFloor);
      return;
    case 'settle':
      await ledger.settle(
        command.records.map(({ requestId, grantId, draw, used, usedByPlatform }) => ({
          requestId,
          organizationId: 'org_1',
          projectId: 'prj_1',
          keyId: 'key_1',
          grantId,
          drawCost: draw.cost.toString(),
          drawTokens: Number(draw.tokens),
          drawRequests: Number(draw.requests),
          cost: used.cost.toString(),
          tokens: Number(used.tokens),
          requests: Number(used.requests),
          platform: {
            cost: usedByPlatform.cost.toString(),
            tokens: Number(usedByPlatform.tokens),
            requests: Number(usedByPlatform.requests),
          },
          usageSource: 'provider',
          priceVersion: 'p1',
          startedAt: Date.now(),
          spentWindowId: null,
          streamSequence: 1,
          entries: [],
        })),
      );
      return;
  }
}

/** Carries a command out in a transaction whose connection breaks before the commit. */
async function crash(command: LedgerCommand): Promise<void> {
  const client = new pg.Client({ connectionString: fixture.url() });
  client.on('error', () => undefined);
  await client.connect();
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
  await client.query('begin');
  const dying = {
    query: async <Row extends pg.QueryResultRow>(text: string, values: readonly unknown[]) => {
      try {
        return (await client.query<Row>(text, [...values])).rows;
      } catch (error) {
        throw new LedgerRejectedError('refused', { cause: error });
      }
    },
  };
  await perform(command, dying);
  await fixture.database().query('select pg_terminate_backend($1, 5000)', [rows[0]?.pid ?? 0]);
  await client.end().catch(() => undefined);
}

/** What can be compared: balances of windows that were opened, and each grant. */
function booksOf(state: LedgerState) {
  const grants = [...state.grants].map(([id, { state: standing, amounts, held }]) =>
    [id, standing, ...Object.values(amounts), ...Object.values(held)].join(' '),
  );
  const used = new Set([...state.grants.values()].flatMap((grant) => grant.windowIds));
  const windows = [...state.windows]
    .filter(([id]) => used.has(id))
    .map(([id, { settled, granted }]) => `${id} ${settled} ${granted}`);
  return { grants: grants.sort(), windows: windows.sort() };
}

async function statedBooks() {
  const grants = await fixture.database().query<{ text: string }>(
    `select concat_ws(' ', grant_id, state, cost, tokens, requests, held_cost, held_tokens, held_requests) as text
     from budget.budget_grant`,
    [],
  );
  const windows = await fixture.database().query<{ text: string }>(
    `select concat_ws(' ', window_id, settled, granted) as text from budget.quota_window w
     where exists (select from budget.budget_grant g where w.window_id = any(g.window_ids))`,
    [],
  );
  return {
    grants: grants.map((row) => row.text).sort(),
    windows: windows.map((row) => row.text).sort(),
  };
}
