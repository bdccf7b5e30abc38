import { z } from 'zod';
import { draw } from '../call/provider-call.ts';
import type { EventMessage } from '../message.ts';
import { tokenUsage, usageSource } from '../usage.ts';
import { access, dialect, operation } from '../vocabulary.ts';

const pico = z.string().regex(/^\d{1,30}$/);

/** One call to a provider. `code` is null when it succeeded. */
export const attempt = z.object({
  aiProviderId: z.string(),
  provider: z.string(),
  model: z.string(),
  /** HTTP status of the provider; 0 when there was no answer. */
  status: z.number().int(),
  code: z.string().nullable(),
  /** Milliseconds since the epoch. */
  startedAt: z.number(),
  durationMs: z.number(),
  usage: tokenUsage.nullable(),
  costPicoUsd: pico,
  /** It went on with an answer that another one had begun. */
  isContinuation: z.boolean().optional(),
  /** Whose credential it used; missing: `byok`. */
  access: access.optional(),
});
export type Attempt = z.infer<typeof attempt>;

export const requestOutcome = z.enum([
  /** The whole answer was delivered. */
  'completed',
  /** Refused before any provider was called. */
  'refused',
  /** Failed before the first byte. */
  'failed',
  /** Failed after the first byte; the caller was told in-band. */
  'interrupted',
  /** The caller went away. */
  'cancelled',
]);
export type RequestOutcome = z.infer<typeof requestOutcome>;

/** `request.finished`: who, what, every attempt, tokens, exact cost, timings. One for each request, for good. */
export const requestRecord = z.object({
  v: z.literal(1),
  id: z.string(),
  organizationId: z.string(),
  projectId: z.string(),
  keyId: z.string(),
  routeId: z.string(),
  routeVersion: z.number().int(),
  traceparent: z.string(),
  clientRequestId: z.string().nullable(),
  /** Milliseconds since the epoch. */
  startedAt: z.number(),
  operation,
  dialect,
  stream: z.boolean(),
  strategy: z.string(),
  modelAsked: z.string().nullable(),
  /** Of the attempt that answered, or the last one; empty when none was made. */
  aiProviderId: z.string(),
  provider: z.string(),
  model: z.string(),
  outcome: requestOutcome,
  /** HTTP status that the caller got. */
  status: z.number().int(),
  /** Public failure code; null when the request succeeded. */
  code: z.string().nullable(),
  /** Internal failure code (`owner.reason`). */
  failure: z.string().nullable(),
  finishReason: z.string().nullable(),
  usage: tokenUsage,
  usageSource,
  /** All attempts together. */
  costPicoUsd: pico,
  costParts: z.object({ input: pico, cachedInput: pico, cacheWrite: pico, output: pico }),
  /** The model that answered has no known price: cost is 0 and this says so. */
  unpriced: z.boolean(),
  priceVersion: z.string(),
  attempts: z.array(attempt),
  /** Whose credential was used, where the attempts are not known; missing: `byok`. */
  access: access.optional(),
  /** How often the answer was cut and went on at another candidate; missing: never. */
  continuations: z.number().int().positive().optional(),
  /** Milliseconds. `ttftMs` is null when nothing was streamed. */
  timings: z.object({
    authMs: z.number(),
    planMs: z.number(),
    grantMs: z.number(),
    providerMs: z.number(),
    ttftMs: z.number().nullable(),
    totalMs: z.number(),
  }),
  draw: draw.nullable(),
  droppedParams: z.array(z.string()),
  metadata: z.record(z.string(), z.string()),
  endUser: z.string().nullable(),
  /** The window of a hard budget that had too little left for it; missing: none kept it out for good. */
  spentWindowId: z.string().optional(),
  recordedBy: z.enum(['provider-adapter', 'gateway']),
});
export type RequestRecord = z.infer<typeof requestRecord>;

/** The stream that holds every record until it is settled and stored. */
export const RECORD_STREAM = 'TOLLGATE_RECORDS';

/** Records travel several to a message, one JSON object a line. */
export const requestFinished: EventMessage<RequestRecord> = {
  kind: 'event',
  subject: 'tollgate.record.request-finished.v1',
  delivery: 'durable',
  event: requestRecord,
};
