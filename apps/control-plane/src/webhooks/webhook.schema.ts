import { z } from 'zod';
import { resourceView, showRow } from '../http/fields.ts';
import { pageQuery } from '../http/page.ts';
import { EVENT_TYPES, eventType } from './event-types.ts';
import type { WebhookDeliveryRow, WebhookRow } from './webhook-tables.ts';

const MAX_URL_CHARS = 2_000;
const DAY_SECONDS = 86_400;

const url = z.url({ protocol: /^https?$/ }).max(MAX_URL_CHARS);
const events = z.array(eventType).min(1).max(EVENT_TYPES.length);

/** As the API and `tollgate.yaml` take them. */
export const webhookFields = { url, events, enabled: z.boolean().optional() };

export const createWebhookBody = z.strictObject({ projectId: z.string(), ...webhookFields });
export type CreateWebhook = z.infer<typeof createWebhookBody>;

export const patchWebhookBody = createWebhookBody.omit({ projectId: true }).partial();
export type PatchWebhook = z.infer<typeof patchWebhookBody>;

export const rotateWebhookBody = z
  .strictObject({
    overlapSeconds: z
      .number()
      .int()
      .min(0)
      .max(7 * DAY_SECONDS)
      .default(DAY_SECONDS)
      .meta({ description: 'How long the former secret signs, too' }),
  })
  .optional();
export type RotateWebhook = z.infer<typeof rotateWebhookBody>;

export const webhookView = resourceView
  .extend({
    projectId: z.string(),
    url: z.string(),
    events: z.array(eventType),
    enabled: z.boolean(),
    disabledReason: z
      .string()
      .nullable()
      .meta({ description: '`gone`: the endpoint answered 410' }),
    failingSince: z
      .string()
      .nullable()
      .meta({ description: 'Nothing was delivered since, though it was tried' }),
    formerSecretEndsAt: z.string().nullable(),
  })
  .meta({ id: 'Webhook' });

/** The answer to `POST` and `rotate`: the only one that holds the secret. */
export const newWebhookView = webhookView
  .extend({ secret: z.string().meta({ description: 'Begins with `whsec_`; shown this once' }) })
  .meta({ id: 'NewWebhook' });

export const deliveriesQuery = pageQuery.extend({
  status: z.enum(['pending', 'delivered', 'failed']).optional(),
});
export type DeliveriesQuery = z.infer<typeof deliveriesQuery>;

export const redeliverBody = z.strictObject({
  since: z.iso.datetime({ offset: true }).meta({
    description: 'What happened since then and could not be delivered is sent again',
  }),
});
export type Redeliver = z.infer<typeof redeliverBody>;

export const redeliveredView = z
  .object({ count: z.number().int().meta({ description: '10,000 at most: ask again for more' }) })
  .meta({ id: 'RedeliveredMessages' });

export const deliveryView = z
  .object({
    id: z.string(),
    createdAt: z.string().meta({ format: 'date-time' }),
    webhookId: z.string(),
    eventId: z.string().meta({ description: 'The `webhook-id` of every attempt' }),
    eventType: z.string(),
    status: z.enum(['pending', 'delivered', 'failed']),
    nextAttemptAt: z.string().nullable(),
    attempts: z.array(
      z.object({
        at: z.string(),
        status: z.number().nullable(),
        error: z.string().nullable(),
        durationMs: z.number(),
      }),
    ),
  })
  .meta({ id: 'WebhookDelivery' });

export function showWebhook(row: WebhookRow, now: Date): z.infer<typeof webhookView> {
  const former = row.formerEndsAt && row.formerEndsAt > now ? row.formerEndsAt : null;
  return {
    ...showRow(row),
    projectId: row.projectId,
    url: row.url,
    events: [...row.events],
    enabled: row.enabled,
    disabledReason: row.disabledReason,
    failingSince: row.failingSince?.toISOString() ?? null,
    formerSecretEndsAt: former?.toISOString() ?? null,
  };
}

export function showDelivery(row: WebhookDeliveryRow): z.infer<typeof deliveryView> {
  return {
    id: row.id,
    createdAt: row.createdAt.toISOString(),
    webhookId: row.webhookId,
    eventId: row.eventId,
    eventType: row.eventType,
    status: row.status,
    nextAttemptAt: row.status === 'pending' ? row.nextAttemptAt.toISOString() : null,
    attempts: [...row.attempts],
  };
}
