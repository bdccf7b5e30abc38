import { z } from 'zod';
import { counted } from '../config/request-quota.ts';
import type { RequestMessage } from '../message.ts';
import { metric, quotaWindow } from '../vocabulary.ts';

const pico = z.string().regex(/^\d{1,38}$/);

/** A window has reached a threshold. Raised once for each window and threshold; cost in pico-USD. */
export const quotaAlert = z.object({
  /** An `evt_…` that follows from window and threshold. */
  alertId: z.string(),
  quotaId: z.string(),
  windowId: z.string(),
  scope: z.enum(['organization', 'project', 'key']),
  scopeId: z.string(),
  metric,
  window: quotaWindow,
  /** Percent of the limit. */
  thresholdPct: z.number(),
  limit: pico,
  /** When the threshold was crossed. */
  settled: pico,
  hard: z.boolean(),
  /** Of the owner's requests these alone were counted; missing: all. */
  counts: counted.optional(),
  /** Milliseconds since the epoch; null for `total`. */
  startsAt: z.number().nullable(),
  endsAt: z.number().nullable(),
  raisedAt: z.number(),
});
export type QuotaAlert = z.infer<typeof quotaAlert>;

export const alertsRequest = z.object({
  /** Of earlier answers, now kept safe by the asker: they are not told again. */
  acknowledged: z.array(z.string()).max(500),
});
export type AlertsRequest = z.infer<typeof alertsRequest>;

/** The oldest first; all that nobody acknowledged, so the asker tells repetitions by the id. */
export const alertsAnswer = z.object({ alerts: z.array(quotaAlert) });
export type AlertsAnswer = z.infer<typeof alertsAnswer>;

export const takeAlerts: RequestMessage<AlertsRequest, AlertsAnswer> = {
  kind: 'request',
  subject: 'tollgate.budget.alerts.v1',
  service: 'budget',
  request: alertsRequest,
  answer: alertsAnswer,
  timeoutMs: 5_000,
};
