import { z } from 'zod';

/** Of whom calls are counted. */
export const SLOT_SCOPES = [
  'organization',
  'project',
  'key',
  'end_user',
  'tag',
  'provider',
  'model',
] as const;

/** How many calls may be open at once. Each holds a slot from its begin to its end. */
export const slotQuota = z.object({
  quotaId: z.string(),
  scope: z.enum(SLOT_SCOPES),
  scopeId: z.string(),
  limit: z.number().int().positive().max(2_147_483_647),
  /** Calls above a limit that is not hard go on, and are counted. */
  hard: z.boolean(),
});
export type SlotQuota = z.infer<typeof slotQuota>;
