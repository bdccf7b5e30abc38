import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {
  type GrantAnswer,
  grantsRecalled,
  holdSlots,
  readQuotas,
  requestFinished,
  returnGrant,
  type SlotsAnswer,
  slotsFreed,
  slotsRecalled,
  takeGrant,
} from '@tollgate/contracts';
import { connectMessaging, type Messaging, SILENT } from '@tollgate/messaging';
import { createTelemetry, type RunningService } from '@tollgate/telemetry';
import { useStack } from '@tollgate/test-harness';
import { budgetSettings, startBudget, verifyDatabase } from '../src/index.ts';
import { askFor } from './desk-fixture.ts';
import { createId, quotaOf, recordOf } from './ledger-fixture.ts';

const stack = useStack({ only: ['nats', 'postgres'] });
const closing: (() => Promise<void>)[] = [];
let home = '';

async function join(name: string): Promise<Messaging> {
  const messaging = await connectMessaging({
    natsUrl: stack.natsUrl(),
    service: 'budget',
    instanceName: name,
    spoolDir: path.join(home, name),
    log: SILENT,
  });
  closing.push(() => messaging.close());
  return messaging;
}

async function startInstance(name: string): Promise<RunningService> {
  const telemetry = await createTelemetry({ service: name, level: 'silent' });
  const settings = budgetSettings.parse({
    NATS_URL: stack.natsUrl(),
    POSTGRES_URL: stack.postgresUrl(),
    TOLLGATE_PROBE_PORT: '0',
    TOLLGATE_GRANT_PATIENCE_MS: '400',
  });
  const service = await startBudget({ settings, messaging: await join(name), telemetry });
  closing.push(async () => {
    await service.stop();
    await telemetry.stop();
  });
  return service;
}

describe('two instances of budget', () => {
  let services: readonly RunningService[] = [];
  let gateway: Messaging;

  beforeAll(async () => {
    home = fs.mkdtempSync(path.join(os.tmpdir(), 'tollgate-budget-'));
    services = await Promise.all([startInstance('one'), startInstance('two')]);
    gateway = await join('gateway');
  }, 60_000);

  afterAll(async () => {
    for (const close of closing.reverse()) await close();
    fs.rmSync(home, { recursive: true, force: true });
  }, 60_000);

  const take = async (...args: Parameters<typeof askFor>): Promise<GrantAnswer> => {
    const result = await gateway.bus.request(takeGrant, askFor(...args));
    if (result.ok) return result.value;
    throw new Error(`${result.failure.code}: ${result.failure.internal ?? ''}`);
  };

  it('grant 50 of 200 asks on a limit of 50, and settle each record once', async () => {
    const quota = quotaOf({ limit: '50' });
    const answers = await Promise.all(Array.from({ length: 200 }, () => take([quota])));
    const grants = answers.flatMap((one) => (one.outcome === 'granted' ? [one.grant] : []));
    expect(grants).toHaveLength(50);
    const records = grants.map(({ grantId, amounts }) => recordOf({ draw: { grantId, amounts } }));
    const lines = [...records, ...records.slice(0, 10)].map((record) => JSON.stringify(record));
    await Promise.all(lines.map((line) => gateway.publisher.publish(requestFinished, line)));
    await gateway.publisher.publish(requestFinished, '{"v":1}');
    await eventually(async () => {
      const answer = await take([quota]);
      expect(answer).toMatchObject({ outcome: 'refused', reason: 'exceeded', retryAfterMs: null });
    });
    expect(await verifyDatabase(stack.postgresUrl())).toEqual([]);
  }, 30_000);

  it('tell what was used of a quota, and nothing of one that nobody drew on', async () => {
    const quota = quotaOf({ metric: 'cost', limit: '100000', access: 'platform' });
    const answer = await take([quota]);
    if (answer.outcome !== 'granted') throw new Error('refused');
    const { grantId, amounts } = answer.grant;
    const ask = { quotaIds: [quota.quotaId, 'quo_none'] };
    const held = await gateway.bus.request(readQuotas, ask);
    expect(held).toMatchObject({
      ok: true,
      value: { windows: [{ quotaId: quota.quotaId, settled: '0', granted: '1000' }] },
    });
    const [attempt] = recordOf().attempts;
    const attempts = attempt ? [{ ...attempt, access: 'platform' as const }] : [];
    const record = recordOf({ draw: { grantId, amounts }, attempts });
    await gateway.publisher.publish(requestFinished, JSON.stringify(record));
    await eventually(async () => {
      const settled = await gateway.bus.request(readQuotas, ask);
      expect(settled).toMatchObject({
        value: { windows: [{ settled: '1000', granted: '0' }] },
      });
    });
  }, 30_000);

  it('recall what others hold and hand it on', async () => {
    const quota = quotaOf({ limit: '5' });
    const all = { costPicoUsd: '5000', tokens: 50, requests: 5 };
    const held = await take([quota], { want: all });
    if (held.outcome !== 'granted') throw new Error('refused');
    const listener = gateway.hostFor('gateway').hears(grantsRecalled, async ({ quotaIds }) => {
      if (!quotaIds.includes(quota.quotaId)) return;
      const drawn = { costPicoUsd: '2000', tokens: 20, requests: 2 };
      await gateway.bus.request(returnGrant, { grantId: held.grant.grantId, drawn });
    });
    await listener.listen();
    const answers = await Promise.all(Array.from({ length: 4 }, () => take([quota])));
    expect(answers.filter((one) => one.outcome === 'granted')).toHaveLength(3);
    await listener.close();
  }, 30_000);

  it('lend slots, recall them for those who wait, and tell when some came back', async () => {
    const quotaId = createId('quota');
    let sequence = 0;
    const hold = async (holder: string, inUse: number, calls: number): Promise<SlotsAnswer> => {
      const answer = await gateway.bus.request(holdSlots, {
        holder,
        sequence: ++sequence,
        quotas: [{ quotaId, limit: 2, hard: true, inUse, keeps: inUse, ahead: 0 }],
        waiting: calls > 0 ? [{ quotas: [0], calls }] : [],
      });
      if (!answer.ok) throw new Error(answer.failure.code);
      return answer.value;
    };
    const heard: string[] = [];
    const listeners = [
      gateway.hostFor('gateway').hears(slotsRecalled, ({ quotas }) => {
        for (const one of quotas) if (one.quotaId === quotaId) heard.push(`recalled ${one.share}`);
      }),
      gateway.hostFor('gateway').hears(slotsFreed, ({ quotaIds }) => {
        if (quotaIds.includes(quotaId)) heard.push('freed');
      }),
    ];
    for (const listener of listeners) await listener.listen();
    expect(await hold('ins_a', 0, 3)).toMatchObject({ quotas: [{ slots: 2 }] });
    expect(await hold('ins_b', 0, 1)).toMatchObject({ quotas: [{ slots: 0 }] });
    await hold('ins_a', 1, 0);
    expect(await hold('ins_b', 0, 1)).toMatchObject({
      outcome: 'held',
      leaseMs: 10_000,
      quotas: [{ slots: 1 }],
    });
    await eventually(() => {
      expect(heard).toEqual(['recalled 1', 'freed']);
      return Promise.resolve();
    });
    for (const listener of listeners) await listener.close();
  }, 30_000);

  it('tell whether they are ready, and what they did', async () => {
    await eventually(async () => {
      for (const { url } of services) expect((await fetch(`${url}/readyz`)).status).toBe(200);
    });
    const texts = await Promise.all(
      services.map(async ({ url }) => (await fetch(`${url}/metrics`)).text()),
    );
    const sum = (name: string): number =>
      texts
        .flatMap((text) => text.split('\n').filter((line) => line.startsWith(name)))
        .reduce((total, line) => total + Number(line.split(' ').at(-1)), 0);
    await eventually(async () => {
      expect(sum('tollgate_budget_grants_total{outcome="granted"')).toBeGreaterThanOrEqual(54);
    });
    expect(sum('tollgate_budget_records_total{outcome="booked"')).toBe(51);
    expect(sum('tollgate_budget_records_total{outcome="duplicate"')).toBe(10);
    expect(sum('tollgate_budget_records_total{outcome="dead"')).toBe(1);
  }, 30_000);
});

/** Tries until it holds; the last failure stands. */
async function eventually(check: () => Promise<void>, forMs = 15_000): Promise<void> {
  const deadline = Date.now() + forMs;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
