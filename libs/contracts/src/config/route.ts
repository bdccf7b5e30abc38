import { z } from 'zod';
import { access, capability, providerSlug, responseProfile, strategy } from '../vocabulary.ts';

const usdPerMillionTokens = z.string().regex(/^\d+(\.\d+)?$/);

/** What a connection charges for a model when the catalogue is not to be used. Decimal USD for a million tokens. */
export const priceOverride = z.object({
  inputPerMTok: usdPerMillionTokens,
  outputPerMTok: usdPerMillionTokens,
  cachedInputPerMTok: usdPerMillionTokens.optional(),
  cacheWritePerMTok: usdPerMillionTokens.optional(),
  /** USD for each call, whatever its size. */
  perRequest: usdPerMillionTokens.optional(),
});
export type PriceOverride = z.infer<typeof priceOverride>;

export const timeouts = z.object({
  connectMs: z.number().int().positive(),
  firstByteMs: z.number().int().positive(),
  /** The longest silence between two chunks. */
  stallMs: z.number().int().positive(),
  totalMs: z.number().int().positive(),
});
export type Timeouts = z.infer<typeof timeouts>;

export const DEFAULT_TIMEOUTS: Timeouts = {
  connectMs: 5_000,
  firstByteMs: 120_000,
  stallMs: 60_000,
  totalMs: 600_000,
};

/** `attempts` counts every call to a provider for one request, the first included. */
export const retryPolicy = z.object({
  attempts: z.number().int().min(1).max(20),
  /** Calls to one and the same target, the first included. */
  attemptsPerTarget: z.number().int().min(1).max(10),
  backoffMs: z.number().int().nonnegative(),
  /** A longer `Retry-After` than this moves on to the next candidate at once. */
  maxRetryAfterMs: z.number().int().nonnegative(),
});
export type RetryPolicy = z.infer<typeof retryPolicy>;

export const DEFAULT_RETRY: RetryPolicy = {
  attempts: 6,
  attemptsPerTarget: 2,
  backoffMs: 100,
  maxRetryAfterMs: 2_000,
};

/** A model on a connection, with all that routing must know of it. `model` "*" stands for whatever the caller asked for. */
export const routeTarget = z.object({
  aiProviderId: z.string(),
  connectionName: z.string(),
  provider: providerSlug,
  model: z.string(),
  priority: z.number().int(),
  weight: z.number().nonnegative(),
  /** Null: what the catalogue knows of the model. */
  capabilities: z.array(capability).nullable(),
  /** Null: serves every profile. */
  profiles: z.array(responseProfile).nullable(),
  contextWindow: z.number().int().positive().nullable(),
  maxOutputTokens: z.number().int().positive().nullable(),
  price: priceOverride.nullable(),
  enabled: z.boolean(),
  /** Missing: `byok`. */
  access: access.optional(),
});
export type RouteTarget = z.infer<typeof routeTarget>;

export const compiledRoute = z.object({
  routeId: z.string(),
  projectId: z.string(),
  organizationId: z.string(),
  name: z.string(),
  version: z.number().int().positive(),
  strategy,
  targets: z.array(routeTarget),
  /** Models on the project's connections that no target names: served when the caller asks for one by name. */
  otherModels: z.array(routeTarget),
  /**
   * What the operator's connections say of their models, where a target takes any model of them: terms for those targets,
   * never served for themselves. Missing: nothing is said.
   */
  platformModels: z.array(routeTarget).optional(),
  allowProfileOverride: z.boolean(),
  defaultProfile: responseProfile.nullable(),
  retry: retryPolicy,
  timeouts,
  /** A stream of text that is cut goes on at the next candidate; missing: it fails. */
  continueOnCut: z.boolean().optional(),
});
export type CompiledRoute = z.infer<typeof compiledRoute>;
