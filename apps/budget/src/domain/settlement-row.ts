/** One call to a provider, as it is entered. Cost is a decimal integer of pico-USD. */
export interface EntryRow {
  readonly aiProviderId: string;
  readonly provider: string;
  readonly model: string;
  readonly code: string | null;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cost: string;
  readonly startedAt: number;
}

/** What connections of the operator's used. */
export interface PlatformUse {
  /** A decimal integer of pico-USD. */
  readonly cost: string;
  readonly tokens: number;
  /** 1 when such a connection answered, else 0. */
  readonly requests: number;
}

/** What settlement needs of a request's record. Costs are decimal integers of pico-USD. */
export interface SettlementRow {
  readonly requestId: string;
  readonly organizationId: string;
  readonly projectId: string;
  readonly keyId: string;
  readonly grantId: string | null;
  readonly drawCost: string;
  readonly drawTokens: number;
  readonly drawRequests: number;
  readonly cost: string;
  readonly tokens: number;
  /** 1 when a provider was called, else 0. */
  readonly requests: number;
  /** Part of the three above. */
  readonly platform: PlatformUse;
  readonly usageSource: string;
  readonly priceVersion: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly streamSequence: number;
  /** The window of a hard budget that had too little left for the request, which was refused. */
  readonly spentWindowId: string | null;
  readonly entries: readonly EntryRow[];
}
