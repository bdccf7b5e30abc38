import { createKeyRing } from '@tollgate/secrets';
import { createTelemetry } from '@tollgate/telemetry';
import { useStack } from '@tollgate/test-harness';
import type { DataSource } from 'typeorm';
import { createDataSource, migrate } from '../src/database/data-source.ts';
import { newId } from '../src/database/new-id.ts';
import { eventIdOf, raiseEvent } from '../src/webhooks/raise-event.ts';
import { WebhookSender } from '../src/webhooks/webhook-sender.ts';
import { newWebhookSecret } from '../src/webhooks/webhook-secrets.ts';
import {
  type WebhookDeliveryRow,
  webhookDeliveries,
  webhooks,
} from '../src/webhooks/webhook-tables.ts';
import { pollUntil } from './poll-until.ts';
import { useReceiver } from './receiver.ts';

const HOUR = 3_600_000;
const ring = createKeyRing(Buffer.alloc(32, 7).toString('base64'));

describe('the delivery of events', () => {
  const stack = useStack({ only: ['postgres'] });
  const receiver = useReceiver();
  let dataSource: DataSource;
  let nowMs = Date.UTC(2026, 0, 1);
  const attempts: boolean[] = [];
  const projectId = newId('project');
  const organizationId = newId('organization');

  const makeSender = async (more: { random?: () => number; timeoutMs?: number } = {}) => {
    const { log } = await createTelemetry({ service: 'control-plane', level: 'silent' });
    const policy = { allowPrivate: true };
    const metrics = { attempted: (wasDelivered: boolean) => void attempts.push(wasDelivered) };
    return new WebhookSender({ dataSource, ring, policy, log, metrics, now: () => nowMs, ...more });
  };
  const addWebhook = async (url = receiver.url()): Promise<string> => {
    const id = newId('webhook');
    const { sealed } = newWebhookSecret(ring, organizationId, id);
    await dataSource.query(
      `INSERT INTO control_plane.webhooks (id, project_id, url, events, enabled, sealed)
       VALUES ($1, $2, $3, '["key.revoked"]', true, $4)`,
      [id, projectId, url, sealed],
    );
    return id;
  };
  const raise = (id = newId('event')) =>
    dataSource.transaction((manager) =>
      raiseEvent(manager, {
        id,
        type: 'key.revoked',
        owner: { projectId },
        at: new Date(nowMs),
        data: { keyId: 'key_1', projectId, name: 'k', keyHint: 'abcd' },
      }),
    );
  const deliveriesOf = (webhookId: string): Promise<WebhookDeliveryRow[]> =>
    dataSource.manager.findBy(webhookDeliveries, { webhookId });

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
  afterEach(() => dataSource.query('DELETE FROM control_plane.webhooks'));

  it('reaches an endpoint that was down for an hour once it is back, under the same id, over two control planes', async () => {
    const webhook = await addWebhook();
    const senders = [
      await makeSender({ random: () => 0.5 }),
      await makeSender({ random: () => 0.5 }),
    ];
    const drain = () => Promise.all(senders.map((sender) => sender.drain()));
    receiver.status = 500;
    const alertId = eventIdOf('an alert of budget');
    await raise(alertId);
    const end = nowMs + HOUR;
    for (; nowMs < end; nowMs += 60_000) await drain();
    const failed = receiver.received.length;
    expect(failed).toBe(4);
    receiver.status = 204;
    for (const later = nowMs + 3 * HOUR; nowMs < later; nowMs += 600_000) await drain();
    expect(receiver.received).toHaveLength(failed + 1);
    expect(new Set(receiver.ids())).toEqual(new Set([alertId]));
    const [delivery] = await deliveriesOf(webhook);
    expect(delivery?.status).toBe('delivered');
    expect(delivery?.attempts.map(({ status }) => status)).toEqual([500, 500, 500, 500, 204]);
    expect(attempts).toEqual([false, false, false, false, true]);
  });

  it('gives up after ten attempts in three days', async () => {
    const webhook = await addWebhook();
    const sender = await makeSender();
    receiver.status = 500;
    const startedAt = nowMs;
    await raise();
    for (let hours = 0; hours < 100; hours++, nowMs += HOUR) await sender.drain();
    const [delivery] = await deliveriesOf(webhook);
    expect(delivery?.status).toBe('failed');
    expect(delivery?.attempts).toHaveLength(10);
    const last = Date.parse(delivery?.attempts.at(-1)?.at ?? '') - startedAt;
    expect(last / HOUR).toBeGreaterThan(60);
    expect(last / HOUR).toBeLessThan(100);
  });

  it('disables an endpoint that says it is gone, with all that waits for it', async () => {
    const webhook = await addWebhook();
    const sender = await makeSender();
    receiver.status = 410;
    await raise();
    await sender.drain();
    await raise();
    const [row] = await dataSource.manager.findBy(webhooks, { id: webhook });
    expect(row).toMatchObject({ enabled: false, disabledReason: 'gone' });
    nowMs += HOUR;
    await sender.drain();
    expect(receiver.received).toHaveLength(1);
    expect((await deliveriesOf(webhook)).map(({ status }) => status)).toEqual(['failed']);
  });

  it('takes a redirect for a failure, and follows none', async () => {
    const webhook = await addWebhook();
    receiver.status = 307;
    receiver.location = receiver.url('/elsewhere');
    await raise();
    await (await makeSender()).drain();
    expect(receiver.received).toHaveLength(1);
    const [delivery] = await deliveriesOf(webhook);
    expect(delivery).toMatchObject({ status: 'pending', attempts: [{ status: 307 }] });
  });

  it('gives up waiting for an endpoint that says nothing, and calls no forbidden address', async () => {
    const silent = await addWebhook();
    const forbidden = await addWebhook('http://169.254.169.254/latest');
    receiver.status = 'hang';
    await raise();
    await (await makeSender({ timeoutMs: 200 })).drain();
    expect((await deliveriesOf(silent))[0]?.attempts).toMatchObject([
      { status: null, error: 'timeout' },
    ]);
    expect((await deliveriesOf(forbidden))[0]?.attempts).toMatchObject([
      { status: null, error: 'forbidden' },
    ]);
  });

  it('reaches an endpoint that works, though many that say nothing have much waiting', async () => {
    for (let at = 0; at < 20; at++) {
      const id = await addWebhook(receiver.url('/silent'));
      await dataSource.query('UPDATE control_plane.webhooks SET failing_since = $2 WHERE id = $1', [
        id,
        new Date(nowMs),
      ]);
    }
    await addWebhook();
    for (let at = 0; at < 5; at++) await raise();
    const sender = await makeSender();
    const arrivedAt = (path: string) =>
      receiver.received.filter((message) => message.path === path).length;
    sender.wake();
    await pollUntil('the one that works is told', () => arrivedAt('/hook') === 5);
    await pollUntil('some that fail are tried', () => arrivedAt('/silent') === 8);
    const stopped = sender.stop();
    receiver.hangUp();
    await stopped;
    expect(arrivedAt('/silent')).toBe(8);
  });

  it('is shared by several control planes without sending twice', async () => {
    await addWebhook();
    await Promise.all(Array.from({ length: 60 }, () => raise()));
    const senders = await Promise.all([makeSender(), makeSender(), makeSender()]);
    await Promise.all(senders.map((sender) => sender.drain()));
    await Promise.all(senders.map((sender) => sender.drain()));
    expect(receiver.received).toHaveLength(60);
    expect(new Set(receiver.ids()).size).toBe(60);
  });

  it('takes over, under the same id, what a process that died had claimed', async () => {
    const webhook = await addWebhook();
    await raise();
    const taken = `UPDATE control_plane.webhook_deliveries SET attempt_count = 1, next_attempt_at = $2
                   WHERE webhook_id = $1`;
    await dataSource.query(taken, [webhook, new Date(nowMs + 60_000)]);
    const sender = await makeSender();
    await sender.drain();
    expect(receiver.received).toHaveLength(0);
    nowMs += 61_000;
    await sender.drain();
    expect(receiver.received).toHaveLength(1);
    expect((await deliveriesOf(webhook))[0]).toMatchObject({
      status: 'delivered',
      attemptCount: 2,
    });
  });

  it('raises an event with an id of its own once, however many notice it at once', async () => {
    const webhook = await addWebhook();
    const id = eventIdOf('key.expiring', 'key_1', '2026-01-01');
    const told = await Promise.all(Array.from({ length: 20 }, () => raise(id)));
    expect(told.reduce((sum, one) => sum + one, 0)).toBe(1);
    expect(await deliveriesOf(webhook)).toHaveLength(1);
  });
});
