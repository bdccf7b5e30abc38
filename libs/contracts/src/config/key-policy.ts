import { z } from 'zod';
import { metric, operation, payloadCapture, quotaWindow, strategy } from '../vocabulary.ts';
import { counted, selector } from './request-quota.ts';
import { priceOverride } from './route.ts';
import { slotQuota } from './slot-quota.ts';

const picoUnits = z.string().regex(/^\d{1,30}$/);

/** One limit. `limit` is pico-units of `currency` for cost, a count for tokens and requests. */
export const quotaDefinition = z.object({
  quotaId: z.string(),
  scope: z.enum(['organization', 'project', 'key']),
  scopeId: z.string(),
  metric,
  window: quotaWindow,
  limit: picoUnits,
  currency: z.string().length(3).nullable(),
  /** USD for one unit of `currency`, as a decimal string; null for counts. */
  usdPerUnit: z.string().nullable(),
  timezone: z.string(),
  hard: z.boolean(),
  alertPct: z.array(z.number()),
  /** `platform`: only what connections of the operator's used counts. Missing: everything does. */
  access: z.literal('platform').optional(),
  /** Counts those requests of its owner alone; missing: all of them. */
  counts: counted.optional(),
});
export type QuotaDefinition = z.infer<typeof quotaDefinition>;

/**
 * A limit that each request makes a quota of, by what the request is: under an id that follows from this one's and the value.
 * `scope` and `scopeId` say whose requests are meant.
 */
export const requestQuota = quotaDefinition
  .omit({ access: true, counts: true })
  .extend({ selector });
export type RequestQuota = z.infer<typeof requestQuota>;

/** The same for calls that are open at once. */
export const requestSlotQuota = slotQuota.extend({ selector });
export type RequestSlotQuota = z.infer<typeof requestSlotQuota>;

/** A limit of an organization on what the operator's connections do for it. */
export const platformQuota = quotaDefinition.extend({
  access: z.literal('platform'),
  /** `credits` are bought in advance; `onboarding` counts the requests that are free before the first are bought. */
  kind: z.enum(['credits', 'onboarding']),
  /** Requests of these alone; missing: of all. */
  operations: z.array(operation).optional(),
});
export type PlatformQuota = z.infer<typeof platformQuota>;

/** All that the data plane knows of a virtual key. Found under the SHA-256 of the key's text. */
export const keyPolicy = z.object({
  keyId: z.string(),
  projectId: z.string(),
  organizationId: z.string(),
  name: z.string(),
  status: z.enum(['active', 'disabled', 'revoked']),
  /** Milliseconds since the epoch. */
  expiresAt: z.number().nullable(),
  /** The route that serves the key, when it is published. */
  routeId: z.string().nullable(),
  /** Published routes of the project by name: `model` may name one. */
  routesByName: z.record(z.string(), z.string()),
  routingStrategy: strategy.nullable(),
  modelAllowlist: z.array(z.string()).nullable(),
  quotas: z.array(quotaDefinition),
  /** Apply beside `quotas` to the requests that they select. Missing: none do. */
  requestQuotas: z.array(requestQuota).optional(),
  /** Apply beside `quotas` where a connection of the operator's may answer. Missing: none do. */
  platformQuotas: z.array(platformQuota).optional(),
  /** How many calls may be open at once. Missing: any number. */
  slotQuotas: z.array(slotQuota).optional(),
  /** The same, of the requests that they select. */
  requestSlotQuotas: z.array(requestSlotQuota).optional(),
  metadata: z.record(z.string(), z.string()),
  payloadCapture,
  /** What models are charged at that have no price of their own; missing or null: they have none. */
  defaultPrice: priceOverride.nullable().optional(),
  /** Requests may bring a provider's key of their own; missing: they may not. */
  allowProviderKeys: z.boolean().optional(),
  /** CIDR ranges and addresses that requests may come from; null or missing: any. */
  sourceRanges: z.array(z.string()).nullable().optional(),
  /** For a text that was replaced: when its overlap ends, milliseconds since the epoch. `expiresAt` is no later. */
  textEndsAt: z.number().optional(),
});
export type KeyPolicy = z.infer<typeof keyPolicy>;
