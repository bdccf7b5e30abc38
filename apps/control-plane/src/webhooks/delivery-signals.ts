import type { EntityManager } from 'typeorm';
import { eventIdOf, raiseEvent } from './raise-event.ts';
import type { DeliveryAttempt } from './webhook-tables.ts';

/** An endpoint that has taken nothing for so long is told of. */
const FAILING_AFTER_MS = 30 * 60_000;

interface Endpoint {
  readonly webhookId: string;
  readonly projectId: string;
  readonly url: string;
  readonly failingSince: Date;
  /** Null: nobody was told. */
  readonly toldAt: Date | null;
}

const ENDPOINT = `id AS "webhookId", project_id AS "projectId", url, failing_since AS "failingSince",
  failing_told_at AS "toldAt"`;

/** Until the end of the transaction nobody else notes what became of the endpoint. */
export async function holdEndpoint(manager: EntityManager, webhookId: string): Promise<void> {
  await manager.query('SELECT 1 FROM control_plane.webhooks WHERE id = $1 FOR NO KEY UPDATE', [
    webhookId,
  ]);
}

/** Tells the project's other endpoints, once, of one that has been failing for half an hour. */
export async function noteFailure(
  manager: EntityManager,
  webhookId: string,
  attempt: DeliveryAttempt,
  now: Date,
): Promise<void> {
  await manager.query(
    'UPDATE control_plane.webhooks SET failing_since = $2 WHERE id = $1 AND failing_since IS NULL',
    [webhookId, now],
  );
  const told: Endpoint[] = await manager.query(
    `WITH told AS (
       UPDATE control_plane.webhooks SET failing_told_at = $2
       WHERE id = $1 AND enabled AND failing_told_at IS NULL AND failing_since <= $3 RETURNING *
     ) SELECT ${ENDPOINT} FROM told`,
    [webhookId, now, new Date(now.getTime() - FAILING_AFTER_MS)],
  );
  for (const endpoint of told) {
    const [row]: { waiting: number }[] = await manager.query(
      `SELECT count(*)::integer AS waiting FROM control_plane.webhook_deliveries
       WHERE webhook_id = $1 AND status = 'pending'`,
      [webhookId],
    );
    await raiseEvent(manager, {
      ...about(endpoint, now, 'failing'),
      type: 'webhook.failing',
      data: {
        ...viewOf(endpoint),
        failingSince: endpoint.failingSince.toISOString(),
        status: attempt.status,
        error: attempt.error,
        waiting: row?.waiting ?? 0,
      },
    });
  }
}

/** Who was told that an endpoint fails is told that it takes messages again. */
export async function noteSuccess(
  manager: EntityManager,
  webhookId: string,
  now: Date,
): Promise<void> {
  const recovered: Endpoint[] = await manager.query(
    `WITH failing AS (
       SELECT * FROM control_plane.webhooks WHERE id = $1 AND failing_since IS NOT NULL FOR NO KEY UPDATE
     ), well AS (
       UPDATE control_plane.webhooks w SET failing_since = NULL, failing_told_at = NULL FROM failing f WHERE w.id = f.id
     ) SELECT ${ENDPOINT} FROM failing`,
    [webhookId],
  );
  for (const endpoint of recovered) {
    if (!endpoint.toldAt) continue;
    await raiseEvent(manager, {
      ...about(endpoint, now, 'recovered'),
      type: 'webhook.recovered',
      data: {
        ...viewOf(endpoint),
        failingSince: endpoint.failingSince.toISOString(),
        recoveredAt: now.toISOString(),
      },
    });
  }
}

/** Whoever answers 410 wants to hear nothing more, not even what is waiting. */
export async function disableGone(
  manager: EntityManager,
  webhookId: string,
  now: Date,
): Promise<void> {
  const disabled: Endpoint[] = await manager.query(
    `WITH gone AS (
       UPDATE control_plane.webhooks SET enabled = false, disabled_reason = 'gone', updated_at = $2
       WHERE id = $1 AND enabled RETURNING *
     ) SELECT ${ENDPOINT} FROM gone`,
    [webhookId, now],
  );
  await manager.query(
    `UPDATE control_plane.webhook_deliveries SET status = 'failed' WHERE webhook_id = $1 AND status = 'pending'`,
    [webhookId],
  );
  for (const endpoint of disabled) {
    await raiseEvent(manager, {
      ...about(endpoint, now, 'disabled'),
      type: 'webhook.disabled',
      data: { ...viewOf(endpoint), reason: 'gone' },
    });
  }
}

function about(endpoint: Endpoint, at: Date, what: string) {
  return {
    id: eventIdOf('webhook', what, endpoint.webhookId, at.toISOString()),
    owner: { projectId: endpoint.projectId },
    at,
    exceptWebhookId: endpoint.webhookId,
  };
}

/** A URL's path and query may hold what is nobody else's business. */
function viewOf({ webhookId, projectId, url }: Endpoint) {
  return { webhookId, projectId, host: new URL(url).host };
}
