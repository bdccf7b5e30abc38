import { hash } from 'node:crypto';
import { ID_PREFIXES } from '@tollgate/contracts';
import type { EntityManager } from 'typeorm';
import { newId } from '../database/new-id.ts';
import type { EventType } from './event-types.ts';
import { webhookDeliveries } from './webhook-tables.ts';

export interface RaisedEvent {
  readonly type: EventType;
  /** Whose webhooks are told: of one project, or of all projects of an organization. */
  readonly owner: { readonly projectId: string } | { readonly organizationId: string };
  readonly at: Date;
  readonly data: Readonly<Record<string, unknown>>;
  /** The same event under the same id is raised once, whoever sees it first. */
  readonly id?: string;
}

/** An id that follows from what happened, for what several may notice. 104 bits of SHA-256. */
export function eventIdOf(...identity: readonly string[]): string {
  return `${ID_PREFIXES.event}_${hash('sha256', JSON.stringify(identity), 'hex').slice(0, 26)}`;
}

/**
 * Notes the event, and whom to tell, in the transaction of what happened. Nothing is kept of what nobody listens to.
 * Answers how many webhooks will be told.
 */
export async function raiseEvent(manager: EntityManager, event: RaisedEvent): Promise<number> {
  const listeners = await listenersOf(manager, event);
  if (listeners.length === 0) return 0;
  const { type, at, data, id = newId('event') } = event;
  const body = JSON.stringify({ type, timestamp: at.toISOString(), data });
  const added: { id: string }[] = await manager.query(
    `INSERT INTO control_plane.webhook_events (id, created_at, type, body) VALUES ($1, $2, $3, $4)
     ON CONFLICT DO NOTHING RETURNING id`,
    [id, at, type, body],
  );
  if (added.length === 0) return 0;
  await manager.insert(
    webhookDeliveries,
    listeners.map((webhookId) => newDelivery(webhookId, { id, type }, at)),
  );
  return listeners.length;
}

/** A delivery that is due at once. */
export function newDelivery(
  webhookId: string,
  event: { readonly id: string; readonly type: string },
  at: Date,
) {
  return {
    id: newId('delivery'),
    createdAt: at,
    webhookId,
    eventId: event.id,
    eventType: event.type,
    status: 'pending' as const,
    attemptCount: 0,
    step: 0,
    nextAttemptAt: at,
    attempts: [],
  };
}

async function listenersOf(manager: EntityManager, event: RaisedEvent): Promise<string[]> {
  const { owner } = event;
  const projectId = 'projectId' in owner ? owner.projectId : null;
  const organizationId = 'organizationId' in owner ? owner.organizationId : null;
  const rows: { id: string }[] = await manager.query(
    `SELECT w.id FROM control_plane.webhooks w JOIN control_plane.projects p ON p.id = w.project_id
     WHERE w.enabled AND w.events ? $1 AND (w.project_id = $2 OR p.organization_id = $3)`,
    [event.type, projectId, organizationId],
  );
  return rows.map(({ id }) => id);
}
