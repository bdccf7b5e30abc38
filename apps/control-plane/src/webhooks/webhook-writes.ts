import { type AddressPolicy, readUrl, resolvesToDialable } from '@tollgate/outbound';
import type { KeyRing } from '@tollgate/secrets';
import type { EntityManager } from 'typeorm';
import type { ConfigChange } from '../config-publishing/config-changes.ts';
import { newId } from '../database/new-id.ts';
import { applyChanges, insertRow, requireReferenced, requireRow } from '../database/rows.ts';
import { projects } from '../database/tables.ts';
import { conflict, notFound, unprocessable } from '../http/problem.ts';
import { TEST_EVENT } from './event-types.ts';
import { newDelivery } from './raise-event.ts';
import type { CreateWebhook, PatchWebhook } from './webhook.schema.ts';
import { newWebhookSecret } from './webhook-secrets.ts';
import {
  type WebhookDeliveryRow,
  type WebhookRow,
  webhookDeliveries,
  webhookEvents,
  webhooks,
} from './webhook-tables.ts';

const DEFAULT_OVERLAP_SECONDS = 86_400;
const MOST_AGAIN = 10_000;
/** Each event is sent to all that listen. */
const MOST_OF_PROJECT = 100;

export interface RotateOptions {
  readonly overlapSeconds?: number;
  /** A new one is made when none is given. */
  readonly secretText?: string;
}

/** A webhook, with the secret that is shown this once. */
export interface NewWebhook {
  readonly row: WebhookRow;
  readonly secret: string;
}

export async function createWebhook(
  change: ConfigChange,
  ring: KeyRing,
  body: CreateWebhook,
  secretText?: string,
): Promise<NewWebhook> {
  const { manager } = change;
  const project = await requireReferenced(manager, projects, 'projectId', body.projectId);
  if ((await manager.countBy(webhooks, { projectId: project.id })) >= MOST_OF_PROJECT)
    throw conflict(`A project has ${MOST_OF_PROJECT} webhooks at most.`);
  await requireDialable(body.url, change.outbound);
  const id = newId('webhook');
  const now = new Date();
  const { text, sealed } = newWebhookSecret(ring, project.organizationId, id, secretText);
  const row: WebhookRow = {
    id,
    createdAt: now,
    updatedAt: now,
    projectId: project.id,
    url: body.url,
    events: unique(body.events),
    enabled: body.enabled ?? true,
    disabledReason: null,
    failingSince: null,
    failingToldAt: null,
    sealed,
    formerSealed: null,
    formerEndsAt: null,
  };
  await insertRow(manager, webhooks, row);
  return { row, secret: text };
}

export async function patchWebhook(
  change: ConfigChange,
  id: string,
  body: PatchWebhook,
): Promise<WebhookRow> {
  const row = await requireRow(change.manager, webhooks, 'webhook', id);
  if (body.url !== undefined && body.url !== row.url) {
    await requireDialable(body.url, change.outbound);
  }
  const events = body.events && unique(body.events);
  const changed = applyChanges(row, { ...body, events });
  if (row.enabled) row.disabledReason = null;
  if (changed.has('enabled') || changed.has('url')) startAnew(row);
  if (changed.size > 0) await change.manager.save(webhooks, row);
  return row;
}

/** What another URL did, or what was before it was disabled, says nothing of it now. */
function startAnew(row: WebhookRow): void {
  row.failingSince = null;
  row.failingToldAt = null;
}

/** The former secret goes on signing beside the new one until the overlap ends; a day of it by default. */
export async function rotateWebhook(
  change: ConfigChange,
  ring: KeyRing,
  id: string,
  { overlapSeconds = DEFAULT_OVERLAP_SECONDS, secretText }: RotateOptions = {},
): Promise<NewWebhook> {
  const row = await requireRow(change.manager, webhooks, 'webhook', id);
  const { text, sealed } = newWebhookSecret(ring, row.sealed.organizationId, id, secretText);
  row.formerSealed = row.sealed;
  row.formerEndsAt = new Date(Date.now() + overlapSeconds * 1_000);
  row.sealed = sealed;
  await change.manager.save(webhooks, row);
  return { row, secret: text };
}

export async function deleteWebhook(change: ConfigChange, id: string): Promise<void> {
  await requireRow(change.manager, webhooks, 'webhook', id);
  await change.manager.delete(webhooks, { id });
}

/** Sends again, under their ids, those that were given up of what happened since then, 10,000 at most. Answers how many. */
export async function redeliverFailed(
  manager: EntityManager,
  webhookId: string,
  since: Date,
): Promise<number> {
  await requireEnabled(manager, webhookId);
  const [row]: { count: number }[] = await manager.query(
    `WITH again AS (
       UPDATE control_plane.webhook_deliveries SET status = 'pending', step = 0, next_attempt_at = $3
       WHERE id IN (
         SELECT id FROM control_plane.webhook_deliveries
         WHERE webhook_id = $1 AND status = 'failed' AND created_at >= $2 AND event_type <> $4
         ORDER BY id LIMIT ${MOST_AGAIN} FOR UPDATE) RETURNING 1
     ) SELECT count(*)::integer AS count FROM again`,
    [webhookId, since, new Date(), TEST_EVENT],
  );
  return row?.count ?? 0;
}

async function requireEnabled(manager: EntityManager, webhookId: string): Promise<void> {
  const webhook = await requireRow(manager, webhooks, 'webhook', webhookId);
  if (!webhook.enabled) throw conflict('The webhook is disabled. Enable it first.');
}

/** Sends it again under the same id, on a schedule of its own, whatever became of it before. */
export async function redeliver(
  manager: EntityManager,
  webhookId: string,
  deliveryId: string,
): Promise<WebhookDeliveryRow> {
  await requireEnabled(manager, webhookId);
  const row = await requireDelivery(manager, webhookId, deliveryId);
  const again = { status: 'pending', step: 0, nextAttemptAt: new Date() } as const;
  await manager.update(webhookDeliveries, { id: deliveryId }, again);
  return { ...row, ...again };
}

/** A test message for this endpoint alone; answers its delivery. */
export async function addTestDelivery(manager: EntityManager, webhookId: string): Promise<string> {
  const webhook = await requireRow(manager, webhooks, 'webhook', webhookId);
  const at = new Date();
  const event = { id: newId('event'), type: TEST_EVENT };
  const { id, projectId } = webhook;
  const data = { webhookId: id, projectId };
  const body = JSON.stringify({ type: event.type, timestamp: at.toISOString(), data });
  await manager.insert(webhookEvents, { ...event, createdAt: at, body });
  const delivery = newDelivery(id, event, at);
  await manager.insert(webhookDeliveries, delivery);
  return delivery.id;
}

export async function requireDelivery(
  manager: EntityManager,
  webhookId: string,
  id: string,
): Promise<WebhookDeliveryRow> {
  const row = await manager.findOneBy(webhookDeliveries, { id, webhookId });
  if (!row) throw notFound('delivery', id);
  return row;
}

/** What is sent is read by everybody on the way unless it is encrypted; a private network may do without. */
async function requireDialable(text: string, policy: AddressPolicy): Promise<void> {
  const url = readUrl(text, policy);
  if (!url || !(await resolvesToDialable(url, policy))) {
    throw unprocessable(
      'url',
      'names an address that may not be called: of this machine, a private network or a metadata service',
    );
  }
  if (url.protocol !== 'https:' && !policy.allowPrivate) {
    throw unprocessable('url', 'must begin with https://');
  }
}

function unique<T>(list: readonly T[]): T[] {
  return [...new Set(list)];
}
