import type { Service } from '@tollgate/launch';

/** How many instances of each service run. */
export type Shape = Readonly<Record<Service, number>>;

export const USUAL_SHAPE: Shape = {
  'control-plane': 1,
  'trace-ingest': 1,
  budget: 3,
  routing: 1,
  'provider-adapter': 2,
  gateway: 3,
};

export const SMALL_SHAPE: Shape = { ...USUAL_SHAPE, budget: 2, 'provider-adapter': 1, gateway: 2 };

/** The servers that a service talks to. */
export const SERVERS_OF = {
  'control-plane': ['nats', 'postgres'],
  'trace-ingest': ['nats', 'clickhouse'],
  budget: ['nats', 'postgres'],
  routing: ['nats'],
  'provider-adapter': ['nats'],
  gateway: ['nats'],
} as const satisfies Record<Service, readonly ('nats' | 'postgres' | 'clickhouse')[]>;

/** A call takes no longer than that from end to end, milliseconds: leases and releases are set to it. */
export const LONGEST_CALL_MS = 4_000;

/**
 * What must be short for a run to be: grants end soon after their holder, and are released once no call can be under way,
 * a process that was frozen for a while included.
 */
export const SHORT_TIMES: Readonly<Record<string, string>> = {
  TOLLGATE_GRANT_LEASE_MS: '1500',
  TOLLGATE_LONGEST_CALL_MS: String(2 * LONGEST_CALL_MS),
  TOLLGATE_SPOOL_DRAIN_MS: '4000',
  TOLLGATE_SLOT_LEASE_MS: '3000',
  TOLLGATE_SLOT_FENCE_MS: '2000',
  TOLLGATE_INGEST_FLUSH_MS: '200',
  TOLLGATE_DRAIN_MS: '3000',
};
