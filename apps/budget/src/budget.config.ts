import { serviceSettings, urlOf, wholeNumber } from '@tollgate/env';
import { z } from 'zod';

/** Budget's settings, by the environment variables that hold them. */
export const budgetSettings = z.object({
  ...serviceSettings,
  POSTGRES_URL: urlOf('postgres', 'postgresql'),
  /** Connections to Postgres of one instance; two of them book records, the others answer asks. */
  TOLLGATE_BUDGET_CONNECTIONS: wholeNumber(3, 100).default(10),
  /** How long a gateway may draw on a grant, milliseconds. */
  TOLLGATE_GRANT_LEASE_MS: wholeNumber(1_000, 60_000).default(10_000),
  /** How long an ask waits for grants of others to come back, milliseconds. */
  TOLLGATE_GRANT_PATIENCE_MS: wholeNumber(0, 4_000).default(1_500),
  /** How long a gateway may begin calls on slots that it did not renew, milliseconds. */
  TOLLGATE_SLOT_LEASE_MS: wholeNumber(1_000, 60_000).default(10_000),
  /**
   * Slots of a gateway that is gone are free this long after their lease, milliseconds: by then adapters must have noticed
   * (10 s of silence) and stopped its calls.
   */
  TOLLGATE_SLOT_FENCE_MS: wholeNumber(0, 600_000).default(5_000),
  /** The longest total timeout of a route, with a margin, milliseconds: until then spend on a lost grant may turn up. */
  TOLLGATE_LONGEST_CALL_MS: wholeNumber(1_000, 86_400_000).default(660_000),
  /** After NATS was away, records may stand in spools this long: until then no lost grant is given up; milliseconds. */
  TOLLGATE_SPOOL_DRAIN_MS: wholeNumber(1_000, 3_600_000).default(30_000),
});
export type BudgetSettings = z.infer<typeof budgetSettings>;
