import { z } from 'zod';
import type { RequestMessage } from '../message.ts';

export const USAGE_DIMENSIONS = [
  'key',
  'route',
  'provider',
  'model',
  'status',
  'outcome',
  'project',
  'endUser',
] as const;

/** Tenant first: `organizationId` is always given, and the answer holds nothing of another. Times in milliseconds since the epoch. */
export const usageQuery = z.object({
  organizationId: z.string(),
  projectId: z.string().nullable(),
  groupBy: z.array(z.enum(USAGE_DIMENSIONS)),
  from: z.number(),
  to: z.number(),
  interval: z.enum(['minute', 'hour', 'day', 'month']).nullable(),
});
export type UsageQuery = z.infer<typeof usageQuery>;

export const usageRow = z.object({
  bucket: z.string().nullable(),
  group: z.record(z.string(), z.string()),
  requests: z.number(),
  failures: z.number(),
  inputTokens: z.number(),
  cachedInputTokens: z.number(),
  outputTokens: z.number(),
  reasoningTokens: z.number(),
  /** Decimal dollars, exact. */
  costUsd: z.string(),
  unpriced: z.number(),
  estimated: z.number(),
  p50Ms: z.number().nullable(),
  p95Ms: z.number().nullable(),
});
export type UsageRow = z.infer<typeof usageRow>;

export const usageAnswer = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.literal('found'), rows: z.array(usageRow), truncated: z.boolean() }),
  z.object({ outcome: z.literal('unavailable') }),
]);
export type UsageAnswer = z.infer<typeof usageAnswer>;

export const queryUsage: RequestMessage<UsageQuery, UsageAnswer> = {
  kind: 'request',
  subject: 'tollgate.trace.usage.v1',
  service: 'trace-ingest',
  request: usageQuery,
  answer: usageAnswer,
  timeoutMs: 15_000,
};
