/** What may be hurt: each service, and each server that services lean on. */
export const VICTIMS = [
  'gateway',
  'budget',
  'provider-adapter',
  'routing',
  'trace-ingest',
  'control-plane',
  'nats',
  'postgres',
  'clickhouse',
] as const;
export type Victim = (typeof VICTIMS)[number];

/**
 * - `kill`: `kill -9`; the supervisor starts it again;
 * - `stop`: SIGSTOP, and SIGCONT a moment later;
 * - `freeze`: the same, past the lease of grants: who wakes up must find itself fenced;
 * - `reset`: every connection of it is reset (RST), again and again for a while;
 * - `slow`: its connections get latency and a narrow bandwidth;
 * - `cut-off`: its connections stay open and carry nothing;
 * - `full-disk`: no byte is left on the disk that it writes to.
 */
export const FAULTS = ['kill', 'stop', 'freeze', 'reset', 'slow', 'cut-off', 'full-disk'] as const;
export type Fault = (typeof FAULTS)[number];

const ON_PROCESSES = ['kill', 'stop', 'freeze', 'reset', 'slow', 'cut-off'] as const;
const ON_WRITERS = [...ON_PROCESSES, 'full-disk'] as const;

/** Which faults make sense where. Services that write records to a local journal have a disk that can fill up; so have the servers. */
export const MATRIX = {
  gateway: ON_WRITERS,
  budget: ON_PROCESSES,
  'provider-adapter': ON_WRITERS,
  routing: ON_PROCESSES,
  'trace-ingest': ON_PROCESSES,
  'control-plane': ON_PROCESSES,
  nats: ON_WRITERS,
  postgres: ON_WRITERS,
  clickhouse: ON_WRITERS,
} as const satisfies Record<Victim, readonly Fault[]>;

/** Shortest and longest, milliseconds. All but the freeze stay below what the route's timeouts and the longest call allow for. */
export const DURATIONS = {
  kill: [0, 0],
  stop: [200, 1_500],
  freeze: [2_500, 3_500],
  reset: [0, 1_000],
  slow: [1_000, 3_000],
  'cut-off': [500, 3_000],
  'full-disk': [1_000, 3_000],
} as const satisfies Record<Fault, readonly [number, number]>;

export const isVictim = (text: string): text is Victim =>
  (VICTIMS as readonly string[]).includes(text);
export const isFault = (text: string): text is Fault =>
  (FAULTS as readonly string[]).includes(text);
