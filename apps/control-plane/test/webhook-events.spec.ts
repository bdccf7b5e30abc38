import { type AlertsRequest, type QuotaAlert, succeed, takeAlerts } from '@tollgate/contracts';
import type { Bus } from '@tollgate/messaging';
import { createTelemetry } from '@tollgate/telemetry';
import { useStack } from '@tollgate/test-harness';
import type { DataSource } from 'typeorm';
import { createDataSource, migrate } from '../src/database/data-source.ts';
import { newId } from '../src/database/new-id.ts';
import { EventIntake } from '../src/webhooks/event-intake.ts';
import { eventIdOf, raiseEvent } from '../src/webhooks/raise-event.ts';
import { webhookEvents } from '../src/webhooks/webhook-tables.ts';
import { FakeConsumers } from './fake-messaging.ts';

const DAY = 86_400_000;

/** Tells of what was not acknowledged, as budget does. */
class FakeBudget {
  readonly untold = new Map<string, QuotaAlert>();

  readonly request = ((message: { subject: string }, { acknowledged }: AlertsRequest) => {
    expect(message.subject).toBe(takeAlerts.subject);
    for (const id of acknowledged) this.untold.delete(id);
    return Promise.resolve(succeed({ alerts: [...this.untold.values()] }));
  }) as unknown as Bus['request'];

  raise(changes: Partial<QuotaAlert>): QuotaAlert {
    const alert: QuotaAlert = {
      alertId: eventIdOf('alert', String(this.untold.size), newId('event')),
      quotaId: 'quo_1',
      windowId: 'win_1',
      scope: 'project',
      scopeId: '',
      metric: 'cost',
      window: 'month',
      thresholdPct: 80,
      limit: '1500000000000',
      settled: '1200000000000',
      hard: true,
      startsAt: 0,
      endsAt: DAY,
      raisedAt: Date.UTC(2026, 0, 1),
      ...changes,
    };
    this.untold.set(alert.alertId, alert);
    return alert;
  }
}

describe('events that others decide', () => {
  const stack = useStack({ only: ['postgres'] });
  let dataSource: DataSource;
  const organizationId = newId('organization');
  const projectId = newId('project');
  const nowMs = Date.UTC(2026, 0, 1);

  const intakeOn = async (budget: FakeBudget, now = nowMs): Promise<EventIntake> => {
    const { log } = await createTelemetry({ service: 'control-plane', level: 'silent' });
    return new EventIntake({
      dataSource,
      bus: budget,
      consumers: new FakeConsumers(),
      log,
      metrics: { counted: () => undefined },
      recoveredAfterMs: 60_000,
      now: () => now,
    });
  };
  const listen = (...events: string[]) =>
    dataSource.query(
      `INSERT INTO control_plane.webhooks (id, project_id, url, events, enabled, sealed)
       VALUES ($1, $2, 'https://hooks.invalid/', $3, true, '{}')`,
      [newId('webhook'), projectId, JSON.stringify(events)],
    );
  const raised = async () =>
    (await dataSource.manager.find(webhookEvents)).map(({ id, body }) => ({
      id,
      ...JSON.parse(body),
    }));

  beforeAll(async () => {
    const { log } = await createTelemetry({ service: 'control-plane', level: 'silent' });
    dataSource = createDataSource(stack.postgresUrl(), log);
    await dataSource.initialize();
    await migrate(dataSource);
    await dataSource.query(
      `INSERT INTO control_plane.organizations (id, name, payload_capture, budgets) VALUES ($1, 'o', 'none', '[]')`,
      [organizationId],
    );
    await dataSource.query(
      `INSERT INTO control_plane.projects (id, organization_id, name, budgets) VALUES ($1, $2, 'p', '[]')`,
      [projectId, organizationId],
    );
  }, 60_000);
  afterAll(() => dataSource.destroy());
  afterEach(() =>
    dataSource.query(
      'TRUNCATE control_plane.webhooks, control_plane.webhook_events, control_plane.keys CASCADE',
    ),
  );

  it('become events under their own ids, once, over two control planes', async () => {
    await listen('budget.threshold', 'budget.exceeded', 'quota.threshold');
    const budget = new FakeBudget();
    const alerts = [
      budget.raise({ scopeId: projectId }),
      budget.raise({ scope: 'organization', scopeId: organizationId, thresholdPct: 100 }),
      budget.raise({
        scopeId: projectId,
        metric: 'tokens',
        limit: '100',
        settled: '81',
        counts: { by: 'end_user', value: 'user-7' },
      }),
    ];
    budget.raise({ scope: 'key', scopeId: 'key_gone' });
    const intakes = [await intakeOn(budget), await intakeOn(budget)];
    await Promise.all(intakes.map((intake) => intake.takeAlerts()));
    expect(budget.untold.size).toBe(0);
    const events = await raised();
    expect(events.map(({ id }) => id).sort()).toEqual(alerts.map((one) => one.alertId).sort());
    const byId = new Map(events.map((event) => [event.id, event]));
    const [threshold, exceeded, quota] = alerts.map(({ alertId }) => byId.get(alertId));
    expect(threshold).toMatchObject({
      type: 'budget.threshold',
      timestamp: '2026-01-01T00:00:00.000Z',
      data: {
        thresholdPct: 80,
        currency: 'USD',
        limit: '1.5',
        used: '1.2',
        window: 'month',
        counts: null,
      },
    });
    expect(exceeded.type).toBe('budget.exceeded');
    expect(quota).toMatchObject({
      type: 'quota.threshold',
      data: {
        currency: null,
        limit: '100',
        used: '81',
        counts: { by: 'end_user', value: 'user-7' },
      },
    });
  });

  it('tell of a key that ends within a week once, and again when its end was moved', async () => {
    const keyId = newId('key');
    await dataSource.query(
      `INSERT INTO control_plane.keys (id, project_id, name, key_hash, key_hint, enabled, budgets, metadata, expires_at)
       VALUES ($1, $2, 'k', $1, 'abcd', true, '[]', '{}', $3)`,
      [keyId, projectId, new Date(nowMs + 10 * DAY)],
    );
    const sweepAt = async (ms: number) => (await intakeOn(new FakeBudget(), ms)).sweep();
    await sweepAt(nowMs + 4 * DAY);
    expect(await raised()).toEqual([]);
    await listen('key.expiring');
    await sweepAt(nowMs);
    expect(await raised()).toEqual([]);
    for (let at = 0; at < 3; at++) await sweepAt(nowMs + (3 + at) * DAY);
    expect(await raised()).toMatchObject([
      { type: 'key.expiring', data: { keyId, expiresAt: '2026-01-11T00:00:00.000Z' } },
    ]);
    await dataSource.query('UPDATE control_plane.keys SET expires_at = $1', [
      new Date(nowMs + 12 * DAY),
    ]);
    await Promise.all([sweepAt(nowMs + 6 * DAY), sweepAt(nowMs + 6 * DAY)]);
    expect(await raised()).toHaveLength(2);
    await sweepAt(nowMs + 13 * DAY);
    expect(await raised()).toHaveLength(2);
  });

  it('are forgotten after a month', async () => {
    await listen('key.revoked');
    const at = new Date(nowMs);
    await dataSource.transaction((manager) =>
      raiseEvent(manager, {
        type: 'key.revoked',
        owner: { projectId },
        at,
        data: { keyId: 'key_1', projectId, name: 'k', keyHint: 'abcd' },
      }),
    );
    await (await intakeOn(new FakeBudget(), nowMs + 29 * DAY)).sweep();
    expect(await raised()).toHaveLength(1);
    const many = `INSERT INTO control_plane.webhook_events (id, created_at, type, body)
      SELECT 'evt_' || n, $1, 'key.revoked', '{}' FROM generate_series(1, 2500) AS n`;
    await dataSource.query(many, [at]);
    await (await intakeOn(new FakeBudget(), nowMs + 31 * DAY)).sweep();
    expect(await raised()).toEqual([]);
  });
});
