import type { DataSource, EntityManager } from 'typeorm';
import type { ClaimedDelivery } from './claim-deliveries.ts';
import { TEST_EVENT } from './event-types.ts';
import { retryDelayMs } from './retry-schedule.ts';
import type { DeliveryAttempt, WebhookDeliveryRow } from './webhook-tables.ts';

const KEPT_ATTEMPTS = 30;
const GONE = 410;

/** An answer of the 200s; a redirect is a failure like any other. */
export const wasDelivered = ({ status }: DeliveryAttempt): boolean =>
  status !== null && status >= 200 && status < 300;

/** Notes what came of an attempt, and when the next one is due. An attempt that somebody else took over changes nothing. */
export async function recordAttempt(
  dataSource: DataSource,
  claimed: ClaimedDelivery,
  attempt: DeliveryAttempt,
  clock: { readonly now: Date; readonly random: number },
): Promise<void> {
  const next = afterAttempt(claimed, attempt, clock);
  await dataSource.transaction(async (manager) => {
    await manager.query(
      `UPDATE control_plane.webhook_deliveries SET status = $3, step = step + $4, next_attempt_at = $5,
         attempts = CASE WHEN jsonb_array_length(attempts) >= ${KEPT_ATTEMPTS} THEN attempts - 0 ELSE attempts END
           || $6::jsonb
       WHERE id = $1 AND attempt_count = $2 AND status = 'pending'`,
      [
        claimed.deliveryId,
        claimed.attempt,
        next.status,
        next.status === 'delivered' ? 0 : 1,
        next.at,
        JSON.stringify([attempt]),
      ],
    );
    if (attempt.status === GONE) await disable(manager, claimed.webhook.id, clock.now);
  });
}

function afterAttempt(
  { step, eventType }: ClaimedDelivery,
  attempt: DeliveryAttempt,
  { now, random }: { readonly now: Date; readonly random: number },
): { readonly status: WebhookDeliveryRow['status']; readonly at: Date } {
  if (wasDelivered(attempt)) return { status: 'delivered', at: now };
  const isLast = attempt.status === GONE || eventType === TEST_EVENT;
  const delayMs = isLast ? undefined : retryDelayMs(step, random);
  if (delayMs === undefined) return { status: 'failed', at: now };
  return { status: 'pending', at: new Date(now.getTime() + delayMs) };
}

/** Whoever answers 410 wants to hear nothing more, not even what is waiting. */
async function disable(manager: EntityManager, webhookId: string, now: Date): Promise<void> {
  await manager.query(
    `UPDATE control_plane.webhooks SET enabled = false, disabled_reason = 'gone', updated_at = $2
     WHERE id = $1 AND enabled`,
    [webhookId, now],
  );
  await manager.query(
    `UPDATE control_plane.webhook_deliveries SET status = 'failed' WHERE webhook_id = $1 AND status = 'pending'`,
    [webhookId],
  );
}
