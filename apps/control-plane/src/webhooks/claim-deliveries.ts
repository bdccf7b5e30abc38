import type { EntityManager } from 'typeorm';
import type { WebhookRow } from './webhook-tables.ts';

/** An attempt that this process alone may make until its claim runs out. */
export interface ClaimedDelivery {
  readonly deliveryId: string;
  /** Names the claim: an attempt that was given up and taken over has another one. */
  readonly attempt: number;
  readonly step: number;
  readonly eventId: string;
  readonly eventType: string;
  readonly body: string;
  readonly webhook: Pick<WebhookRow, 'id' | 'url' | 'sealed' | 'formerSealed' | 'formerEndsAt'>;
}

export interface ClaimOptions {
  readonly now: Date;
  /** When others may take what is claimed here for lost. */
  readonly until: Date;
  readonly limit: number;
  /** At most so many for one endpoint, so that a slow one does not keep the others waiting. */
  readonly perWebhook: number;
  /** Endpoints that have enough to do. */
  readonly exceptWebhookIds: readonly string[];
  /** Of endpoints that fail, or of those that work. */
  readonly isForFailing: boolean;
}

const CLAIMED = `
  SELECT c.id AS "deliveryId", c.attempt_count AS attempt, c.step, c.event_id AS "eventId", c.event_type AS "eventType",
         e.body, w.id AS "webhookId", w.url, w.sealed, w.former_sealed AS "formerSealed",
         w.former_ends_at AS "formerEndsAt"
  FROM claimed c JOIN control_plane.webhooks w ON w.id = c.webhook_id
    JOIN control_plane.webhook_events e ON e.id = c.event_id`;

const CLAIM_DUE = `
  WITH due AS MATERIALIZED (
    SELECT d.id FROM control_plane.webhooks w CROSS JOIN LATERAL (
      SELECT id, next_attempt_at FROM control_plane.webhook_deliveries
      WHERE webhook_id = w.id AND status = 'pending' AND next_attempt_at <= $1
      ORDER BY next_attempt_at LIMIT $4) d
    WHERE w.enabled AND w.id <> ALL ($5) AND (w.failing_since IS NOT NULL) = $6
    ORDER BY d.next_attempt_at LIMIT $3
  ), locked AS MATERIALIZED (
    SELECT id FROM control_plane.webhook_deliveries
    WHERE id IN (SELECT id FROM due) AND status = 'pending' AND next_attempt_at <= $1
    ORDER BY id FOR UPDATE SKIP LOCKED
  ), claimed AS (
    UPDATE control_plane.webhook_deliveries d SET next_attempt_at = $2, attempt_count = attempt_count + 1
    FROM locked WHERE d.id = locked.id RETURNING d.*
  ) ${CLAIMED}`;

const CLAIM_ONE = `
  WITH claimed AS (
    UPDATE control_plane.webhook_deliveries SET next_attempt_at = $2, attempt_count = attempt_count + 1
    WHERE id = $1 AND status = 'pending' RETURNING *
  ) ${CLAIMED}`;

type ClaimedRow = Omit<ClaimedDelivery, 'webhook'> &
  Omit<ClaimedDelivery['webhook'], 'id'> & { readonly webhookId: string };

/** Takes deliveries whose time has come. What another process is just taking is passed over. */
export async function claimDue(
  manager: EntityManager,
  options: ClaimOptions,
): Promise<ClaimedDelivery[]> {
  const { now, until, limit, perWebhook, exceptWebhookIds, isForFailing } = options;
  const rows: ClaimedRow[] = await manager.query(CLAIM_DUE, [
    now,
    until,
    limit,
    perWebhook,
    exceptWebhookIds,
    isForFailing,
  ]);
  return rows.map(toClaimed);
}

/** Takes this one, due or not, whether or not its endpoint is enabled. */
export async function claimOne(
  manager: EntityManager,
  deliveryId: string,
  until: Date,
): Promise<ClaimedDelivery | undefined> {
  const rows: ClaimedRow[] = await manager.query(CLAIM_ONE, [deliveryId, until]);
  return rows.map(toClaimed)[0];
}

function toClaimed(row: ClaimedRow): ClaimedDelivery {
  const { webhookId, url, sealed, formerSealed, formerEndsAt, ...rest } = row;
  return { ...rest, webhook: { id: webhookId, url, sealed, formerSealed, formerEndsAt } };
}
