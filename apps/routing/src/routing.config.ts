import { serviceSettings, wholeNumber } from '@tollgate/env';
import { z } from 'zod';

/** Routing's settings, by the environment variables that hold them. */
export const routingSettings = z.object({
  ...serviceSettings,
  /** How long a gateway may use a plan again, milliseconds. */
  TOLLGATE_PLAN_TTL_MS: wholeNumber(100, 600_000).default(30_000),
});
export type RoutingSettings = z.infer<typeof routingSettings>;
