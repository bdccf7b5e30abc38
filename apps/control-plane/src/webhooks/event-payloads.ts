import { counted, METRICS, requestOutcome, WINDOWS } from '@tollgate/contracts';
import { z } from 'zod';
import { type MessageType, OMITTED_EVENT, TEST_EVENT } from './event-types.ts';

interface Payload {
  /** When it is sent, and how often. */
  readonly summary: string;
  readonly data: z.ZodType<object>;
}

const time = z.string().meta({ format: 'date-time' });
const count = z.number().int().nonnegative();

const quotaUse = z.object({
  quotaId: z.string(),
  windowId: z.string(),
  scope: z.string().meta({ description: 'What is counted: `organization`, `project`, `key`, …' }),
  scopeId: z.string(),
  metric: z.enum(METRICS),
  window: z.enum(WINDOWS),
  thresholdPct: z.number(),
  currency: z
    .string()
    .nullable()
    .meta({ description: 'Of `limit` and `used`; null for tokens and requests' }),
  limit: z.string().meta({ description: 'A decimal' }),
  used: z.string().meta({ description: 'A decimal; what was settled when it was raised' }),
  hard: z.boolean(),
  counts: counted
    .nullable()
    .meta({ description: 'Of the requests of `scope` these alone are counted; null: all' }),
  windowStartsAt: time.nullable(),
  windowEndsAt: time.nullable(),
});

const key = z.object({
  keyId: z.string(),
  projectId: z.string(),
  name: z.string(),
  keyHint: z.string().meta({ description: 'The last characters of the key' }),
});

const watchedModel = z.object({
  projectId: z.string(),
  aiProviderId: z.string(),
  name: z.string().meta({ description: 'Of the connection' }),
  provider: z.string(),
  model: z.string(),
});

const failedRequest = z.object({
  requestId: z.string(),
  projectId: z.string(),
  keyId: z.string(),
  routeId: z.string(),
  outcome: requestOutcome,
  status: z.number().int().meta({ description: 'That the caller got' }),
  code: z.string().nullable().meta({ description: 'That the caller got' }),
  failure: z.string().nullable().meta({ description: 'Who is to blame, and for what' }),
  modelAsked: z.string().nullable(),
  aiProviderId: z.string().meta({ description: 'Of the last attempt; empty when none was made' }),
  provider: z.string(),
  model: z.string(),
  attempts: count,
  startedAt: time,
  durationMs: z.number(),
});

const endpoint = z.object({
  webhookId: z.string(),
  projectId: z.string(),
  host: z.string().meta({ description: 'Of its URL' }),
});

/** What is sent: the messages of all webhooks. The table in the README and `/openapi.json` say the same. */
export const PAYLOADS = {
  'budget.threshold': {
    summary: 'Money: a threshold of a budget was reached. Once for each window and threshold.',
    data: quotaUse,
  },
  'budget.exceeded': {
    summary:
      'Money: a budget is used up, or what is left of a hard one did not cover a request, which was refused. Once for each window.',
    data: quotaUse,
  },
  'quota.threshold': {
    summary:
      'Tokens or requests of an hour or longer: a threshold of a quota was reached. Once for each window and threshold.',
    data: quotaUse,
  },
  'key.expiring': {
    summary: 'A key ends within a week. Once for each key and time of expiry.',
    data: key.extend({ expiresAt: time }),
  },
  'key.revoked': { summary: 'A key was revoked. Once.', data: key },
  'provider.unhealthy': {
    summary:
      'So many calls to a model on a connection of the project fail that it gets none for a while. Once until it has recovered.',
    data: watchedModel.extend({
      unhealthySince: time,
      failure: z.string().meta({ description: 'The most frequent one' }),
      failedCalls: count.meta({ description: 'Of the last half minute' }),
      calls: count.meta({ description: 'Of the last half minute' }),
    }),
  },
  'provider.recovered': {
    summary:
      'Calls to the model have succeeded, and for a minute it was not taken out again. Once for each time it was unhealthy.',
    data: watchedModel.extend({ unhealthySince: time, recoveredAt: time }),
  },
  'request.failed': {
    summary:
      'A request failed at the provider, or on the way. One for each request; ten a minute for a project, and then a count.',
    data: failedRequest,
  },
  [OMITTED_EVENT]: {
    summary:
      'Goes to those who listen to `request.failed`: how many more failed within a minute than were told of.',
    data: z.object({
      projectId: z.string(),
      from: time,
      to: time,
      told: count,
      omitted: count,
      omittedByCode: z.record(z.string(), count),
    }),
  },
  'webhook.failing': {
    summary:
      'Another endpoint of the project takes nothing since half an hour or more. Once until it has recovered.',
    data: endpoint.extend({
      failingSince: time,
      status: z.number().nullable().meta({ description: 'Of its last answer; null without one' }),
      error: z.string().nullable(),
      waiting: count.meta({ description: 'Messages that wait for it' }),
    }),
  },
  'webhook.recovered': {
    summary: 'An endpoint that was said to be failing has taken a message.',
    data: endpoint.extend({ failingSince: time, recoveredAt: time }),
  },
  'webhook.disabled': {
    summary: 'Another endpoint of the project answered 410 and gets nothing any more.',
    data: endpoint.extend({ reason: z.literal('gone') }),
  },
  [TEST_EVENT]: {
    summary: 'What `POST /api/v1/webhooks/:webhookId/test` sends, once.',
    data: z.object({ webhookId: z.string(), projectId: z.string() }),
  },
} satisfies Record<MessageType, Payload>;

export type EventData<T extends MessageType> = z.infer<(typeof PAYLOADS)[T]['data']>;
