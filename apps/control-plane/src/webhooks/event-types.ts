import { z } from 'zod';

/** What a webhook may be told of. */
export const EVENT_TYPES = [
  'budget.threshold',
  'budget.exceeded',
  'quota.threshold',
  'key.expiring',
  'key.revoked',
  'provider.unhealthy',
  'provider.recovered',
  'request.failed',
  'webhook.failing',
  'webhook.recovered',
  'webhook.disabled',
] as const;

export const eventType = z.enum(EVENT_TYPES);
export type EventType = z.infer<typeof eventType>;

/** What `POST /:webhookId/test` sends; nobody subscribes to it. */
export const TEST_EVENT = 'webhook.test';

/** Goes to whoever listens to `request.failed`. */
export const OMITTED_EVENT = 'request.failed.omitted';

/** All that is ever sent. */
export type MessageType = EventType | typeof TEST_EVENT | typeof OMITTED_EVENT;
