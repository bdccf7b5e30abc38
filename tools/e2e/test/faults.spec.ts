import type { JournalEntry, Stored, System } from '../src/index.ts';
import { signalTree } from '@tollgate/test-harness';
import { eventually, Traffic } from '../src/index.ts';
import { inBothModes, type Scene } from './in-both-modes.ts';

const SERVICES = [
  'gateway',
  'routing',
  'budget',
  'provider-adapter',
  'trace-ingest',
  'control-plane',
];

/** A key of its own, and traffic on it, so that everything counted belongs to this test. */
async function loadOn({ admin, system }: Scene, name: string, model: string, keyFields = {}) {
  const { key } = await admin.setUp(`${name}-${system.mode}`, keyFields, model);
  const traffic = new Traffic({
    url: () => system.facts().gatewayUrl,
    apiKey: key.key,
    model,
    clients: 8,
  });
  await eventually(
    'traffic flows',
    () => traffic.answered().length,
    (count) => count >= 20,
  );
  return { key, traffic };
}

/** Every request that got a 200 is stored once and settled once, both agree on each cost, and the provider served them all. */
async function expectAllOnRecord(
  { oracle }: Scene,
  keyId: string,
  traffic: Traffic,
  model: string,
) {
  const answered = new Set(traffic.answered());
  const [stored, settled] = await eventually(
    'every 200 is stored and settled',
    () => Promise.all([oracle.stored(keyId), oracle.settled(keyId)]),
    ([rows, entries]) => {
      const inStore = new Set(rows.map((row) => row.id));
      const inLedger = new Set(entries.map((entry) => entry.id));
      return (
        [...answered].every((id) => inStore.has(id) && inLedger.has(id)) &&
        inStore.size === inLedger.size
      );
    },
    60_000,
  );
  expect(new Set(stored.map((row) => row.id)).size).toBe(stored.length);
  expect(new Set(settled.map((row) => row.id)).size).toBe(settled.length);
  const costs = new Map(settled.map((row) => [row.id, row.costPicoUsd]));
  for (const row of stored) expect([row.id, costs.get(row.id)]).toEqual([row.id, row.costPicoUsd]);
  expect(stored.filter((row) => row.status === 200 && row.costPicoUsd <= 0n)).toEqual([]);
  const served = (await oracle.journal(model)).filter((entry) => entry.outcome === 'finished');
  expect(served.length).toBeGreaterThanOrEqual(answered.size);
  expectSameTokens(stored, served);
}

/** Every request is alike, so the provider's journal has one pair of counts, and each measured row must have it too. */
function expectSameTokens(stored: readonly Stored[], served: readonly JournalEntry[]): void {
  const pairs = new Set(served.map((entry) => `${entry.promptTokens}+${entry.completionTokens}`));
  expect(pairs.size).toBe(1);
  const measured = stored.filter((row) => row.status === 200 && row.usageSource === 'provider');
  expect(measured.length).toBeGreaterThan(0);
  expect(measured.length).toBeLessThanOrEqual(served.length);
  expect(new Set(measured.map((row) => `${row.inputTokens}+${row.outputTokens}`))).toEqual(pairs);
}

const until = (traffic: Traffic, more: number, withinMs = 30_000) => {
  const before = traffic.answered().length;
  return eventually(
    'traffic flows again',
    () => traffic.answered().length,
    (count) => count >= before + more,
    withinMs,
  );
};

const servicesOf = (system: System) => (system.mode === 'standalone' ? ['standalone'] : SERVICES);

inBothModes('faults under load', (scene) => {
  it('lose and double nothing when each service is killed in turn', async () => {
    const { system } = scene();
    const model = 'killed-instant';
    const { key, traffic } = await loadOn(scene(), 'kill', model);
    for (const service of servicesOf(system)) {
      await system.killAndAwaitRestart(service);
      await until(traffic, 20);
    }
    await traffic.stop();
    await expectAllOnRecord(scene(), key.id, traffic, model);
  });

  it('answer a clear 503 at once while NATS is away, and lose no record', async () => {
    const { system } = scene();
    const model = 'nats-instant';
    const { key, traffic } = await loadOn(scene(), 'nats', model);
    await system.killAndAwaitRestart('nats');
    await until(traffic, 20);
    const seen = await traffic.stop();
    const failed = seen.filter((one) => one.status !== 200);
    expect(new Set(failed.map((one) => one.status))).toEqual(new Set(failed.length ? [503] : []));
    expect(Math.max(0, ...seen.map((one) => one.ms))).toBeLessThan(10_000);
    await expectAllOnRecord(scene(), key.id, traffic, model);
  });

  it('store everything once ClickHouse is back', async () => {
    const { system } = scene();
    const model = 'clickhouse-instant';
    const { key, traffic } = await loadOn(scene(), 'clickhouse', model);
    const pid = system.facts().pids.clickhouse ?? 0;
    process.kill(pid, 'SIGSTOP');
    await until(traffic, 200);
    process.kill(pid, 'SIGCONT');
    await system.killAndAwaitRestart('clickhouse');
    await until(traffic, 20);
    const seen = await traffic.stop();
    expect(seen.filter((one) => one.status !== 200)).toEqual([]);
    await expectAllOnRecord(scene(), key.id, traffic, model);
  });

  it('go on without Postgres while grants last, then fail hard budgets closed, and recover', async () => {
    const { system, admin } = scene();
    const model = 'postgres-instant';
    const soft = await loadOn(scene(), 'postgres-soft', model);
    const hard = await admin.createKey(soft.key.projectId as string, soft.key.routeId as string, {
      budgets: [{ metric: 'requests', window: 'day', limit: 1_000_000, hard: true }],
    });
    const hardTraffic = new Traffic({
      url: () => system.facts().gatewayUrl,
      apiKey: hard.key,
      model,
      clients: 2,
    });
    await until(hardTraffic, 20);
    const pid = system.facts().pids.postgres ?? 0;
    signalTree(pid, 'SIGSTOP');
    await eventually(
      'the hard budget fails closed',
      () => hardTraffic.seen.at(-1),
      (last) => last?.status === 503 && last.code === 'overloaded',
      60_000,
    );
    await until(soft.traffic, 20);
    signalTree(pid, 'SIGCONT');
    await until(hardTraffic, 20, 60_000);
    await Promise.all([soft.traffic.stop(), hardTraffic.stop()]);
    expect(soft.traffic.seen.filter((one) => one.status !== 200)).toEqual([]);
    await expectAllOnRecord(scene(), soft.key.id, soft.traffic, model);
    await expectAllOnRecord(scene(), hard.id, hardTraffic, model);
  });
});
