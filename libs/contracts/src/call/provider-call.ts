import { z } from 'zod';
import { amounts } from '../budget/grant.ts';
import type { StreamMessage } from '../message.ts';
import { candidate, excludedCandidate } from '../routing/plan.ts';
import { retryPolicy, timeouts } from '../config/route.ts';
import { dialect, operation, providerSlug, strategy } from '../vocabulary.ts';

/** What is the same for every request of one key under one plan: sent beside the header, parsed once by its id. */
export const callContext = z.object({
  organizationId: z.string(),
  projectId: z.string(),
  keyId: z.string(),
  routeId: z.string(),
  routeVersion: z.number().int(),
  planId: z.string(),
  strategy,
  candidates: z.array(candidate),
  excluded: z.array(excludedCandidate),
  retry: retryPolicy,
  timeouts,
  /** A stream of text that is cut goes on at the next candidate; missing: it fails. */
  continueOnCut: z.boolean().optional(),
  keyMetadata: z.record(z.string(), z.string()),
  /** Responses may be kept for later requests of the project to name; missing: nothing of them is kept. */
  keepsResponses: z.boolean().optional(),
});
export type CallContext = z.infer<typeof callContext>;

/** What the request drew on its grant. */
export const draw = z.object({ grantId: z.string(), amounts });
export type Draw = z.infer<typeof draw>;

/** What is done with what a provider cannot express: refused, or dropped by a declared rule and named. */
export const lossPolicy = z.enum(['strict', 'lenient']);

/** A provider's key that came with the request: used for it alone, never stored, never logged. */
export const providerKey = z.object({ provider: providerSlug, key: z.string() });
export type ProviderKey = z.infer<typeof providerKey>;

/** Stands for a connection in candidates, attempts and records where the key came with the request. */
export const REQUEST_KEY_CONNECTION = 'request_key';

/** One request on its way to a provider. The body follows raw, in the client's dialect. */
export const callHeader = z.object({
  requestId: z.string(),
  traceparent: z.string(),
  /** Milliseconds since the epoch: when the gateway had read the head of the request. */
  receivedAt: z.number(),
  operation,
  dialect,
  stream: z.boolean(),
  /** The client asked for the usage chunk at the end of the stream. */
  usageAsked: z.boolean(),
  modelAsked: z.string().nullable(),
  /** Indexes into the context's candidates, in the order to try them; null: as they stand. */
  order: z.array(z.number().int()).nullable(),
  /** The most that the answer may cost in tokens, when a hard budget must hold: sent to the provider when the client named none. */
  outputCap: z.number().int().positive().nullable(),
  inputTokensEstimate: z.number().int().nonnegative(),
  draw: draw.nullable(),
  /** The most tokens that the draw covers, at whichever candidate. Missing: nothing was drawn. */
  reserved: z
    .object({
      inputTokens: z.number().int().nonnegative(),
      outputTokens: z.number().int().nonnegative(),
    })
    .optional(),
  metadata: z.record(z.string(), z.string()),
  endUser: z.string().nullable(),
  /** The caller's own `x-request-id`. */
  clientRequestId: z.string().nullable(),
  /** Stands above the connection's own rule. */
  lossPolicy: lossPolicy.optional(),
  /**
   * Header lines of the client's that belong to its dialect, by names in lower case: its API's version and betas, and
   * the content type of a body that is no JSON.
   */
  clientHeaders: z.record(z.string(), z.string()).optional(),
  /** What the URL says beside the endpoint's path, for dialects whose model stands there: Gemini's `{model}:{method}`. */
  target: z.string().optional(),
  /** Serves the context's one candidate, `REQUEST_KEY_CONNECTION`, at the vendor's own endpoint. */
  providerKey: providerKey.optional(),
  /** Milliseconds spent so far, by stage. */
  stages: z.object({ authMs: z.number(), planMs: z.number(), grantMs: z.number() }),
});
export type CallHeader = z.infer<typeof callHeader>;

/** What the `head` frame says: all that stands in the answer's head. */
export const callHead = z.object({
  status: z.number().int(),
  contentType: z.string(),
  provider: z.string(),
  model: z.string(),
  attempts: z.number().int(),
  /** Decimal USD, where it is known before the head goes out. */
  costUsd: z.string().nullable(),
  /** Fields of the client's that the provider did not get as they were, by the client's names. */
  droppedParams: z.array(z.string()).optional(),
});
export type CallHead = z.infer<typeof callHead>;

/** What the `end` frame says: the call is recorded. */
export const callEnd = z.object({ recorded: z.boolean() });
export type CallEnd = z.infer<typeof callEnd>;

export const callProvider: StreamMessage<CallHeader, CallContext> = {
  kind: 'stream',
  subject: 'tollgate.adapter.call.v1',
  service: 'provider-adapter',
  header: callHeader,
  context: callContext,
};
