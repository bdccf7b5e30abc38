import type { DataSource, EntityManager } from 'typeorm';
import type { ClaimedDelivery } from './claim-deliveries.ts';
import { disableGone, holdEndpoint, noteFailure, noteSuccess } from './delivery-signals.ts';
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
  const webhookId = claimed.webhook.id;
  await dataSource.transaction(async (manager) => {
    // The endpoint first, its deliveries then: in another order two of them could wait for one another.
    if (next.status === 'delivered') await noteSuccess(manager, webhookId, clock.now);
    else await holdEndpoint(manager, webhookId);
    await note(manager, claimed, attempt, next);
    if (attempt.status === GONE) await disableGone(manager, webhookId, clock.now);
    else if (next.status !== 'delivered' && claimed.eventType !== TEST_EVENT)
      await noteFailure(manager, webhookId, attempt, clock.now);
  });
}

interface Next {
  readonly status: WebhookDeliveryRow['status'];
  readonly at: Date;
}

async function note(
  manager: EntityManager,
  claimed: ClaimedDelivery,
  attempt: DeliveryAttempt,
  next: Next,
): Promise<void> {
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
}

function afterAttempt(
  { step, eventType }: ClaimedDelivery,
  attempt: DeliveryAttempt,
  { now, random }: { readonly now: Date; readonly random: number },
): Next {
  if (wasDelivered(attempt)) return { status: 'delivered', at: now };
  const isLast = attempt.status === GONE || eventType === TEST_EVENT;
  const delayMs = isLast ? undefined : retryDelayMs(step, random);
  if (delayMs === undefined) return { status: 'failed', at: now };
  return { status: 'pending', at: new Date(now.getTime() + delayMs) };
}
