import { z } from 'zod';
import { priceOverride, retryPolicy, timeouts } from '../config/route.ts';
import type { EventMessage, RequestMessage } from '../message.ts';
import {
  access,
  capability,
  operation,
  providerSlug,
  responseProfile,
  strategy,
} from '../vocabulary.ts';

/** Why a candidate was left out of a plan. */
export const exclusionReason = z.enum([
  'disabled',
  'model_mismatch',
  'model_not_allowed',
  'capability_missing',
  'context_too_small',
  'output_too_small',
  'profile_mismatch',
  'unhealthy',
  'unpriced_under_hard_budget',
  /** A limit that counts it alone was met. */
  'limit_met',
]);
export type ExclusionReason = z.infer<typeof exclusionReason>;

/** What a plan must fit: the same for every request of a profile class, so that the plan can be used again. */
export const profileClass = z.object({
  operation,
  /** As the caller wrote it; null when the route decides. */
  modelAsked: z.string().nullable(),
  capabilities: z.array(capability),
  profile: responseProfile.nullable(),
  /** Upper bound of the class, in tokens. */
  inputTokensBelow: z.number().int().positive(),
  outputCap: z.number().int().positive().nullable(),
});
export type ProfileClass = z.infer<typeof profileClass>;

export const planRequest = z.object({
  requestId: z.string(),
  organizationId: z.string(),
  projectId: z.string(),
  keyId: z.string(),
  routeId: z.string(),
  strategy: strategy.nullable(),
  modelAllowlist: z.array(z.string()).nullable(),
  /** A hard budget for money applies: candidates without a price are left out. */
  needsPrice: z.boolean(),
  /** Credits apply: connections of the operator's are left out where they have no price. Missing: they are not. */
  needsPlatformPrice: z.boolean().optional(),
  /** What candidates are charged at that have no price of their own; missing: they have none. */
  defaultPrice: priceOverride.optional(),
  profileClass,
});
export type PlanRequest = z.infer<typeof planRequest>;

export const candidate = z.object({
  aiProviderId: z.string(),
  connectionName: z.string(),
  provider: providerSlug,
  /** The name that the provider knows. */
  model: z.string(),
  priority: z.number().int(),
  weight: z.number().nonnegative(),
  /** Null where the catalogue's price is charged, or none is known. */
  priceOverride: priceOverride.nullable(),
  /** Whose `priceOverride` is: the connection's where this is missing, or the policy's for models without a price. */
  priceSource: z.literal('default').optional(),
  /** The price that it would be charged at, for people: pico-USD for a million tokens, and where it comes from. */
  price: z
    .object({ version: z.string(), inputPerMTok: z.string(), outputPerMTok: z.string() })
    .nullable(),
  contextWindow: z.number().int().nullable(),
  maxOutputTokens: z.number().int().nullable(),
  /** Why it stands where it stands, e.g. "priority 1, weight 3". */
  reason: z.string(),
  /** Missing: `byok`. */
  access: access.optional(),
});
export type Candidate = z.infer<typeof candidate>;

export const excludedCandidate = z.object({
  aiProviderId: z.string(),
  connectionName: z.string(),
  provider: providerSlug,
  model: z.string(),
  reason: exclusionReason,
  /** For people, e.g. "needs 300000 tokens of context, has 128000". */
  text: z.string(),
});
export type ExcludedCandidate = z.infer<typeof excludedCandidate>;

/** Candidates in the order to try them. Immutable under its id. */
export const plan = z.object({
  planId: z.string(),
  routeId: z.string(),
  routeVersion: z.number().int(),
  strategy,
  /** `weighted`: the asker draws the order within equal priorities by weight, for each request anew. */
  order: z.enum(['given', 'weighted']),
  epoch: z.number(),
  ttlMs: z.number().int().positive(),
  candidates: z.array(candidate),
  excluded: z.array(excludedCandidate),
  retry: retryPolicy,
  timeouts,
  /** As the route says. */
  continueOnCut: z.boolean().optional(),
});
export type Plan = z.infer<typeof plan>;

export const planAnswer = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.literal('planned'), plan }),
  z.object({ outcome: z.literal('no_route') }),
  /** The key may use none of the models that would match. */
  z.object({ outcome: z.literal('model_not_allowed') }),
  z.object({ outcome: z.literal('exhausted'), excluded: z.array(excludedCandidate) }),
]);
export type PlanAnswer = z.infer<typeof planAnswer>;

export const makePlan: RequestMessage<PlanRequest, PlanAnswer> = {
  kind: 'request',
  subject: 'tollgate.routing.plan.v1',
  service: 'routing',
  request: planRequest,
  answer: planAnswer,
  timeoutMs: 2_000,
};

/** Plans made before `epoch` that touch one of these are void; the route id "*" stands for all of them. */
export const plansInvalidatedEvent = z.object({
  epoch: z.number(),
  routeIds: z.array(z.string()),
  aiProviderIds: z.array(z.string()),
  reason: z.string(),
});
export type PlansInvalidated = z.infer<typeof plansInvalidatedEvent>;

export const plansInvalidated: EventMessage<PlansInvalidated> = {
  kind: 'event',
  subject: 'tollgate.event.plans-invalidated.v1',
  delivery: 'broadcast',
  event: plansInvalidatedEvent,
};
