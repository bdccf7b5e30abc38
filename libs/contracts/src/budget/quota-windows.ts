import { z } from 'zod';
import type { RequestMessage } from '../message.ts';
import { metric, quotaWindow } from '../vocabulary.ts';

const pico = z.string().regex(/^\d{1,38}$/);

export const quotaWindowsRequest = z.object({ quotaIds: z.array(z.string()).max(1_000) });
export type QuotaWindowsRequest = z.infer<typeof quotaWindowsRequest>;

/** Windows that are open now; a quota that nobody drew on yet has none. Cost in pico-USD. */
export const quotaWindowsAnswer = z.object({
  windows: z.array(
    z.object({
      quotaId: z.string(),
      windowId: z.string(),
      metric,
      window: quotaWindow,
      /** What was really used. */
      settled: pico,
      /** What grants hold that have not ended. */
      granted: pico,
    }),
  ),
});
export type QuotaWindowsAnswer = z.infer<typeof quotaWindowsAnswer>;

/** Asks what has been used of some quotas. */
export const readQuotas: RequestMessage<QuotaWindowsRequest, QuotaWindowsAnswer> = {
  kind: 'request',
  subject: 'tollgate.budget.windows.v1',
  service: 'budget',
  request: quotaWindowsRequest,
  answer: quotaWindowsAnswer,
  timeoutMs: 2_000,
};
