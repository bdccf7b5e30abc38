import { hash } from 'node:crypto';
import { ID_PREFIXES } from '@tollgate/contracts';
import type { EntityManager } from 'typeorm';
import { newId } from '../database/new-id.ts';
import type { EventData } from './event-payloads.ts';
import type { MessageType } from './event-types.ts';
import { webhookDeliveries } from './webhook-tables.ts';

export interface RaisedEvent<T extends MessageType = MessageType> {
  readonly type: T;
  /** Whose webhooks are told: of one project, or of all projects of an organization. */
  readonly owner: { readonly projectId: string } | { readonly organizationId: string };
  readonly at: Date;
  readonly data: EventData<T>;
  /** The same event under the same id is raised once, whoever sees it first. */
  readonly id?: string;
  /** Goes to those who listen to this; the type itself by default. */
  readonly audience?: MessageType;
  /** The webhook that it is about, which is not told. */
  readonly exceptWebhookId?: string;
}

/** An id that follows from what happened, for what several may notice. 104 bits of SHA-256. */
export function eventIdOf(...identity: readonly string[]): string {
  return `${ID_PREFIXES.event}_${hash('sha256', JSON.stringify(identity), 'hex').slice(0, 26)}`;
}

/**
 * Notes the event, and whom to tell, in the transaction of what happened. Nothing is kept of what nobody listens to.
 * Answers how many webhooks will be told.
 */
export async function raiseEvent<T extends MessageType>(
  manager: EntityManager,
  event: RaisedEvent<T>,
): Promise<number> {
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

async function listenersOf(
  manager: EntityManager,
  { type, audience = type, owner, exceptWebhookId }: RaisedEvent,
): Promise<string[]> {
  const projectId = 'projectId' in owner ? owner.projectId : null;
  const organizationId = 'organizationId' in owner ? owner.organizationId : null;
  const rows: { id: string }[] = await manager.query(
    `SELECT w.id FROM control_plane.webhooks w JOIN control_plane.projects p ON p.id = w.project_id
     WHERE w.enabled AND w.events ? $1 AND (w.project_id = $2 OR p.organization_id = $3)
       AND w.id IS DISTINCT FROM $4`,
    [audience, projectId, organizationId, exceptWebhookId ?? null],
  );
  return rows.map(({ id }) => id);
}
