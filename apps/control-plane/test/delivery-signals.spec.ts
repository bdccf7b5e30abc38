import { type ClaimedDelivery, claimOne } from '../src/webhooks/claim-deliveries.ts';
import { raiseEvent } from '../src/webhooks/raise-event.ts';
import { recordAttempt } from '../src/webhooks/record-attempt.ts';
import { useEvents } from './use-events.ts';

const MINUTE = 60_000;
const START = Date.UTC(2026, 0, 1);

describe('what is told of endpoints', () => {
  const events = useEvents();
  let nowMs = START;
  beforeEach(() => {
    nowMs = START;
  });

  const raise = () =>
    events.dataSource().transaction((manager) =>
      raiseEvent(manager, {
        type: 'key.revoked',
        owner: { projectId: events.projectId },
        at: new Date(nowMs),
        data: { keyId: 'key_1', projectId: events.projectId, name: 'k', keyHint: 'abcd' },
      }),
    );
  const pending = async (webhookId: string): Promise<string[]> => {
    const rows: { id: string }[] = await events
      .dataSource()
      .query(
        `SELECT id FROM control_plane.webhook_deliveries WHERE webhook_id = $1 AND status = 'pending' ORDER BY id`,
        [webhookId],
      );
    return rows.map(({ id }) => id);
  };
  const claim = async (deliveryId: string): Promise<ClaimedDelivery> => {
    const { manager } = events.dataSource();
    const claimed = await claimOne(manager, deliveryId, new Date(nowMs + MINUTE));
    if (!claimed) throw new Error('the delivery does not wait');
    return claimed;
  };
  const attempt = async (claimed: ClaimedDelivery, status: number | null): Promise<void> => {
    const made = {
      at: new Date(nowMs).toISOString(),
      status,
      error: status === null ? 'timeout' : null,
      durationMs: 1,
    };
    await recordAttempt(events.dataSource(), claimed, made, { now: new Date(nowMs), random: 0.5 });
  };
  /** Sends the oldest message that waits. */
  const send = async (webhookId: string, status: number | null, more = {}): Promise<void> => {
    const [oldest = ''] = await pending(webhookId);
    await attempt({ ...(await claim(oldest)), ...more }, status);
  };
  const signals = async () =>
    (await events.raised()).filter(({ type }) => type.startsWith('webhook.'));
  const toldOf = async (webhookId: string): Promise<string[]> =>
    (
      await events
        .dataSource()
        .query(
          `SELECT event_type FROM control_plane.webhook_deliveries WHERE webhook_id = $1 ORDER BY id`,
          [webhookId],
        )
    ).map(({ event_type: type }: { event_type: string }) => type);
  const SIGNALS = ['webhook.failing', 'webhook.recovered', 'webhook.disabled'] as const;

  it('goes to the others: that one fails for half an hour, once, and that it takes messages again', async () => {
    const failing = await events.listen(['key.revoked', ...SIGNALS]);
    const other = await events.listen([...SIGNALS]);
    const stranger = await events.listen([...SIGNALS], { projectId: events.otherProjectId });
    for (let at = 0; at < 3; at++) await raise();
    await send(failing, 500);
    nowMs += 29 * MINUTE;
    await send(failing, 500);
    expect(await signals()).toEqual([]);
    nowMs += MINUTE;
    const claimed = await Promise.all((await pending(failing)).map(claim));
    await Promise.all(claimed.map((one, index) => attempt(one, index === 0 ? null : 503)));
    const [told, ...more] = await signals();
    expect(more).toEqual([]);
    expect(told).toMatchObject({
      type: 'webhook.failing',
      data: {
        webhookId: failing,
        projectId: events.projectId,
        host: 'hooks.invalid',
        failingSince: new Date(START).toISOString(),
        waiting: 3,
      },
    });
    expect(JSON.stringify(told)).not.toContain('secret');
    nowMs += MINUTE;
    await send(failing, 204);
    await send(failing, 204);
    expect((await signals()).map(({ type }) => type)).toEqual([
      'webhook.failing',
      'webhook.recovered',
    ]);
    expect(await toldOf(other)).toEqual(['webhook.failing', 'webhook.recovered']);
    expect(await toldOf(failing)).toEqual(Array(3).fill('key.revoked'));
    expect(await toldOf(stranger)).toEqual([]);
  });

  it('says nothing while some messages arrive, nor for tests that fail', async () => {
    const endpoint = await events.listen(['key.revoked']);
    await events.listen([...SIGNALS]);
    for (let at = 0; at < 20; at++) {
      await raise();
      await raise();
      await send(endpoint, 500);
      nowMs += 20 * MINUTE;
      await send(endpoint, 200);
    }
    nowMs += 120 * MINUTE;
    await send(endpoint, 500, { eventType: 'webhook.test' });
    nowMs += 120 * MINUTE;
    await send(endpoint, 500, { eventType: 'webhook.test' });
    expect(await signals()).toEqual([]);
  });

  it('says once that one is gone, though many messages hear it at once', async () => {
    const gone = await events.listen(['key.revoked', ...SIGNALS]);
    const other = await events.listen([...SIGNALS]);
    for (let at = 0; at < 8; at++) await raise();
    const claimed = await Promise.all((await pending(gone)).map(claim));
    await Promise.all(claimed.map((one, index) => attempt(one, index % 3 === 2 ? 500 : 410)));
    const [told, ...more] = await signals();
    expect(more).toEqual([]);
    expect(told).toMatchObject({
      type: 'webhook.disabled',
      data: { webhookId: gone, host: 'hooks.invalid', reason: 'gone' },
    });
    expect(await toldOf(other)).toEqual(['webhook.disabled']);
  });
});
