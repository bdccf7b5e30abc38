import type { SealedSecret } from '@tollgate/contracts';
import { EntitySchema, type EntitySchemaColumnOptions } from 'typeorm';
import type { EventType } from './event-types.ts';

export interface WebhookRow {
  readonly id: string;
  createdAt: Date;
  updatedAt: Date;
  readonly projectId: string;
  url: string;
  events: readonly EventType[];
  enabled: boolean;
  /** `gone`: the endpoint answered 410. */
  disabledReason: string | null;
  /** Nothing was delivered since, though it was tried. */
  failingSince: Date | null;
  /** When the project's other endpoints were told that this one fails. */
  failingToldAt: Date | null;
  sealed: SealedSecret;
  /** The secret before the last rotation; signs too until `formerEndsAt`. */
  formerSealed: SealedSecret | null;
  formerEndsAt: Date | null;
}

/** Something that happened; its id is the `webhook-id` of every attempt to tell of it. */
export interface WebhookEventRow {
  readonly id: string;
  readonly createdAt: Date;
  readonly type: string;
  /** What is sent and signed, byte by byte. */
  readonly body: string;
}

export interface DeliveryAttempt {
  readonly at: string;
  /** Of the answer; null: there was none. */
  readonly status: number | null;
  readonly error: string | null;
  readonly durationMs: number;
}

/** One event on its way to one endpoint. */
export interface WebhookDeliveryRow {
  readonly id: string;
  readonly createdAt: Date;
  readonly webhookId: string;
  readonly eventId: string;
  readonly eventType: string;
  status: 'pending' | 'delivered' | 'failed';
  /** Counts for good; names the attempt in hand. */
  attemptCount: number;
  /** How many attempts failed since it was sent or sent again. */
  step: number;
  /** While an attempt is under way: when somebody else may take it for lost. */
  nextAttemptAt: Date;
  /** The last ones. */
  attempts: readonly DeliveryAttempt[];
}

const id: EntitySchemaColumnOptions = { type: 'text', primary: true };
const text: EntitySchemaColumnOptions = { type: 'text' };
const integer: EntitySchemaColumnOptions = { type: 'integer' };
const json: EntitySchemaColumnOptions = { type: 'jsonb' };
const createdAt: EntitySchemaColumnOptions = { type: 'timestamptz', createDate: true };
const updatedAt: EntitySchemaColumnOptions = { type: 'timestamptz', updateDate: true };
const time: EntitySchemaColumnOptions = { type: 'timestamptz' };

export const webhooks = new EntitySchema<WebhookRow>({
  name: 'webhooks',
  columns: {
    id,
    createdAt,
    updatedAt,
    projectId: text,
    url: text,
    events: json,
    enabled: { type: 'boolean' },
    disabledReason: { ...text, nullable: true },
    failingSince: { ...time, nullable: true },
    failingToldAt: { ...time, nullable: true },
    sealed: json,
    formerSealed: { ...json, nullable: true },
    formerEndsAt: { ...time, nullable: true },
  },
});

export const webhookEvents = new EntitySchema<WebhookEventRow>({
  name: 'webhook_events',
  columns: { id, createdAt, type: text, body: text },
});

export const webhookDeliveries = new EntitySchema<WebhookDeliveryRow>({
  name: 'webhook_deliveries',
  columns: {
    id,
    createdAt,
    webhookId: text,
    eventId: text,
    eventType: text,
    status: text,
    attemptCount: integer,
    step: integer,
    nextAttemptAt: time,
    attempts: json,
  },
});
