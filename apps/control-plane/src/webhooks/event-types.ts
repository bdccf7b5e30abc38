import { z } from 'zod';

/** What a webhook may be told of. */
export const EVENT_TYPES = [
  'budget.threshold',
  'budget.exceeded',
  'quota.threshold',
  'key.expiring',
  'key.revoked',
] as const;

export const eventType = z.enum(EVENT_TYPES);
export type EventType = z.infer<typeof eventType>;

/** What `POST /:webhookId/test` sends; nobody subscribes to it. */
export const TEST_EVENT = 'webhook.test';
