/** How an answer ended, as its client saw it. `none`: there was no status line. */
export type SeenEnd = 'finished' | 'cut' | 'left' | 'none';

/** What a client noted of one request. */
export interface ClientEntry {
  /** Sent as `user`: tells the request on its whole way. */
  readonly tag: string;
  readonly keyId: string;
  readonly requestId: string | null;
  /** 0 without an answer. */
  readonly status: number;
  readonly end: SeenEnd;
  readonly code: string | null;
}

/** What the simulated provider noted. */
export interface ServedEntry {
  readonly tag: string;
  readonly status: number | null;
  readonly outcome: string;
  readonly tokens: number;
  /** What these tokens cost by the route's price. */
  readonly costPicoUsd: bigint;
}

/** A settlement in the ledger. */
export interface SettledEntry {
  readonly requestId: string;
  readonly keyId: string;
  readonly tokens: number;
  readonly costPicoUsd: bigint;
  /** `provider` where the provider's own count was used. */
  readonly usageSource: string;
}

/** A row of the analysts' table. */
export interface StoredEntry {
  readonly requestId: string;
  readonly keyId: string;
  readonly tag: string;
  readonly status: number;
  readonly tokens: number;
  readonly costPicoUsd: bigint;
}

/** A quota's window in the ledger, in pico-USD or counts; or a limit on concurrency, of which only what is held is known. */
export interface WindowEntry {
  readonly windowId: string;
  readonly hard: boolean;
  /** Null where it is not known. */
  readonly limit: bigint | null;
  readonly settled: bigint;
  readonly granted: bigint;
}

/** What the roll-ups say of a key. */
export interface RollUpEntry {
  readonly keyId: string;
  readonly requests: number;
  readonly costPicoUsd: bigint;
}

/** Everything that was noted of the same requests, by those who do not know of each other. */
export interface Logs {
  readonly clients: readonly ClientEntry[];
  readonly served: readonly ServedEntry[];
  readonly settled: readonly SettledEntry[];
  readonly stored: readonly StoredEntry[];
  readonly windows: readonly WindowEntry[];
  readonly rollUps: readonly RollUpEntry[];
  /** What the ledger's own verification found, a line each. */
  readonly differences: readonly string[];
}
