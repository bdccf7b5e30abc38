import { z } from 'zod';
import type { RequestMessage } from '../message.ts';
import { tokenUsage } from '../usage.ts';
import { access } from '../vocabulary.ts';

export const requestsQuery = z.object({
  organizationId: z.string(),
  projectId: z.string().nullable(),
  /** One request by its id. */
  requestId: z.string().nullable(),
  keyId: z.string().nullable(),
  model: z.string().nullable(),
  outcome: z.string().nullable(),
  from: z.number().nullable(),
  to: z.number().nullable(),
  limit: z.number().int().min(1).max(1000),
  /** As a former answer gave it. */
  cursor: z.string().nullable(),
});
export type RequestsQuery = z.infer<typeof requestsQuery>;

/** A record as the API shows it; newest first. */
export const requestView = z.object({
  id: z.string(),
  projectId: z.string(),
  keyId: z.string(),
  routeId: z.string(),
  startedAt: z.string(),
  status: z.number(),
  outcome: z.string(),
  code: z.string().nullable(),
  /** What it was inside (`owner.reason`), for operators alone. */
  failure: z.string().nullable().optional(),
  operation: z.string(),
  dialect: z.string(),
  stream: z.boolean(),
  strategy: z.string(),
  modelAsked: z.string().nullable(),
  provider: z.string(),
  model: z.string(),
  aiProviderId: z.string(),
  usage: tokenUsage,
  usageSource: z.string(),
  costUsd: z.string(),
  priceVersion: z.string(),
  unpriced: z.boolean(),
  attempts: z.array(
    z.object({
      aiProviderId: z.string(),
      provider: z.string(),
      model: z.string(),
      status: z.number(),
      code: z.string().nullable(),
      startedAt: z.string(),
      durationMs: z.number(),
      usage: tokenUsage.nullable(),
      costUsd: z.string(),
      /** It went on with an answer that another one had begun. */
      isContinuation: z.boolean().optional(),
      access: access.optional(),
    }),
  ),
  /** How often a cut answer went on at another provider. */
  continuations: z.number().optional(),
  timings: z.record(z.string(), z.number().nullable()),
  finishReason: z.string().nullable(),
  metadata: z.record(z.string(), z.string()),
  endUser: z.string().nullable(),
  traceparent: z.string(),
  clientRequestId: z.string().nullable(),
  droppedParams: z.array(z.string()),
  recordedBy: z.string(),
});
export type RequestView = z.infer<typeof requestView>;

export const requestsAnswer = z.discriminatedUnion('outcome', [
  z.object({
    outcome: z.literal('found'),
    requests: z.array(requestView),
    nextCursor: z.string().nullable(),
  }),
  z.object({ outcome: z.literal('unavailable') }),
  z.object({ outcome: z.literal('bad_cursor') }),
]);
export type RequestsAnswer = z.infer<typeof requestsAnswer>;

export const queryRequests: RequestMessage<RequestsQuery, RequestsAnswer> = {
  kind: 'request',
  subject: 'tollgate.trace.requests.v1',
  service: 'trace-ingest',
  request: requestsQuery,
  answer: requestsAnswer,
  timeoutMs: 15_000,
};
