import {
  requestView as recordedRequest,
  USAGE_DIMENSIONS,
  usageRow as recordedUsage,
} from '@tollgate/contracts';
import { z } from 'zod';
import { time } from '../http/fields.ts';

const tenant = { organizationId: z.string().optional(), projectId: z.string().optional() };

const dimensions = z
  .string()
  .transform((text) => text.split(',').filter((part) => part !== ''))
  .pipe(z.array(z.enum(USAGE_DIMENSIONS)).max(USAGE_DIMENSIONS.length))
  .meta({ description: `Comma-separated: ${USAGE_DIMENSIONS.join(', ')}` });

export const usageQueryParams = z.strictObject({
  ...tenant,
  groupBy: dimensions.optional(),
  from: time.optional(),
  to: time.optional(),
  interval: z.enum(['minute', 'hour', 'day', 'month']).optional(),
});
export type UsageParams = z.infer<typeof usageQueryParams>;

export const requestsQueryParams = z.strictObject({
  ...tenant,
  keyId: z.string().optional(),
  model: z.string().optional(),
  outcome: z.string().optional(),
  from: time.optional(),
  to: time.optional(),
  limit: z.coerce.number().int().min(1).max(1_000).default(50),
  cursor: z.string().max(1_000).optional(),
});
export type RequestsParams = z.infer<typeof requestsQueryParams>;

export const usageRow = recordedUsage.meta({ id: 'UsageRow' });
export const usageView = z.object({
  data: z.array(usageRow),
  truncated: z.boolean(),
  from: z.string(),
  to: z.string(),
  nextCursor: z.null(),
});

export const requestView = recordedRequest.meta({ id: 'Request' });
