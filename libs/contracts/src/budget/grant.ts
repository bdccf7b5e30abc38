import { z } from 'zod';
import { quotaDefinition } from '../config/key-policy.ts';
import type { EventMessage, RequestMessage } from '../message.ts';
import { metric, quotaWindow } from '../vocabulary.ts';

const pico = z.string().regex(/^\d{1,30}$/);

/** An amount of every metric. Quotas of one metric are all drawn on by the same amount. */
export const amounts = z.object({
  costPicoUsd: pico,
  tokens: z.number().int().nonnegative(),
  requests: z.number().int().nonnegative(),
});
export type Amounts = z.infer<typeof amounts>;

export const grantRequest = z.object({
  requestId: z.string(),
  organizationId: z.string(),
  projectId: z.string(),
  keyId: z.string(),
  /** The gateway that will hold the grant. */
  holder: z.string(),
  /** All quotas that apply, as the key's policy states them. */
  quotas: z.array(quotaDefinition),
  /** The least that helps: the upper bound of the request that waits first. */
  need: amounts,
  /** The sum for all requests that wait for this grant right now; at least `need`. */
  want: amounts,
  /** Requests of this key a second at this gateway lately: far from the limit a grant covers a few seconds of it. */
  ratePerSecond: z.number().nonnegative(),
});
export type GrantRequest = z.infer<typeof grantRequest>;

/** The state of one quota when the grant was made. Cost in pico-USD. */
export const quotaState = z.object({
  quotaId: z.string(),
  windowId: z.string(),
  metric,
  window: quotaWindow,
  hard: z.boolean(),
  limit: pico,
  /** Neither settled nor granted; never negative. */
  remaining: pico,
  /** End of the window, or when the bucket is full; milliseconds since the epoch; null for `total`. */
  resetsAt: z.number().nullable(),
  /** It is a bucket: from then on `remaining` grows evenly, by `limit` a minute, until `resetsAt`. Missing: a window. */
  refillsFrom: z.number().optional(),
});
export type QuotaState = z.infer<typeof quotaState>;

export const grant = z.object({
  grantId: z.string(),
  amounts,
  /** The holder may draw on it until then, by budget's clock; milliseconds since the epoch. */
  expiresAt: z.number(),
  /** How long that is when the answer leaves, so that clocks need not agree; milliseconds. Missing in older answers. */
  leaseMs: z.number().nonnegative().optional(),
  quotas: z.array(quotaState),
});
export type Grant = z.infer<typeof grant>;

export const grantAnswer = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.literal('granted'), grant }),
  z.object({
    outcome: z.literal('refused'),
    /** `exceeded` for money and long windows, `rate_limited` for requests and tokens a minute. */
    reason: z.enum(['exceeded', 'rate_limited', 'no_exchange_rate']),
    quota: quotaState,
    /** When it may be worth asking again; null: not in this window. */
    retryAfterMs: z.number().nullable(),
  }),
]);
export type GrantAnswer = z.infer<typeof grantAnswer>;

export const takeGrant: RequestMessage<GrantRequest, GrantAnswer> = {
  kind: 'request',
  subject: 'tollgate.budget.grant.v1',
  service: 'budget',
  request: grantRequest,
  answer: grantAnswer,
  timeoutMs: 5_000,
};

/** The holder draws on it no more. What was not drawn goes back at once; what was drawn waits for its settlement. */
export const grantReturn = z.object({ grantId: z.string(), drawn: amounts });
export type GrantReturn = z.infer<typeof grantReturn>;

export const grantReturnAnswer = z.object({ outcome: z.enum(['returned', 'unknown']) });
export type GrantReturnAnswer = z.infer<typeof grantReturnAnswer>;

export const returnGrant: RequestMessage<GrantReturn, GrantReturnAnswer> = {
  kind: 'request',
  subject: 'tollgate.budget.return.v1',
  service: 'budget',
  request: grantReturn,
  answer: grantReturnAnswer,
  timeoutMs: 5_000,
};

/** Somebody needs what idle grants on these quotas hold: give the undrawn rest back now. */
export const grantsRecalledEvent = z.object({ quotaIds: z.array(z.string()), at: z.number() });
export type GrantsRecalled = z.infer<typeof grantsRecalledEvent>;

export const grantsRecalled: EventMessage<GrantsRecalled> = {
  kind: 'event',
  subject: 'tollgate.event.grants-recalled.v1',
  delivery: 'broadcast',
  event: grantsRecalledEvent,
};
