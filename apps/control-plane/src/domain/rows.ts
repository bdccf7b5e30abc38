import type {
  Capability,
  Metric,
  PayloadCapture,
  PriceOverride,
  ProviderSlug,
  QuotaWindow,
  RequestScope,
  ResponseProfile,
  RetryPolicy,
  SealedSecret,
  Strategy,
  Timeouts,
} from '@tollgate/contracts';

interface Row {
  readonly id: string;
  createdAt: Date;
  updatedAt: Date;
}

interface Limit {
  readonly limit: string;
  /** ISO 4217; null unless the metric is cost. */
  readonly currency: string | null;
  /** IANA name: where the window begins. */
  readonly timezone: string;
  readonly hard: boolean;
  readonly alertPct: readonly number[];
  /** Which requests of its owner it counts; missing: all of them. */
  readonly scope?: RequestScope;
  /** The metadata entry; with scope `tag`. */
  readonly tag?: string;
  /** The one value that is limited; null: each value has the limit for itself. Missing without a scope. */
  readonly match?: string | null;
}

/** `limit` is a decimal amount of `currency` for cost, a whole number otherwise. */
export interface AmountBudget extends Limit {
  readonly metric: Metric;
  readonly window: QuotaWindow;
}

/** How many calls may be open at once. */
export interface ConcurrencyBudget extends Limit {
  readonly metric: 'concurrency';
  readonly window: null;
}

/** A limit as the operator wrote it. */
export type Budget = AmountBudget | ConcurrencyBudget;

/** Requests that are free on the operator's connections before the first credits are bought, in all; null: any number. */
export interface ManagedCaps {
  /** Of everything that is neither of the other two, as well. */
  readonly chat: number | null;
  readonly images: number | null;
  readonly embeddings: number | null;
}

export interface OrganizationRow extends Row {
  name: string;
  defaultRoutingStrategy: Strategy | null;
  payloadCapture: PayloadCapture;
  budgets: readonly Budget[];
  managedCaps: ManagedCaps;
  /** What models are charged at that have no price of their own; null: they have none. */
  defaultPrice: PriceOverride | null;
}

/** Credits that were bought, or a correction; never changed. */
export interface CreditRow {
  readonly id: string;
  readonly organizationId: string;
  /** Decimal USD; below zero for a correction. */
  readonly amountUsd: string;
  /** Of whoever booked it: the same one is booked once. */
  readonly reference: string;
  readonly note: string | null;
  readonly createdAt: Date;
}

export interface ProjectRow extends Row {
  readonly organizationId: string;
  name: string;
  /** Null: the organization's. */
  defaultRoutingStrategy: Strategy | null;
  /** Null: the organization's. */
  payloadCapture: PayloadCapture | null;
  budgets: readonly Budget[];
  /** Null: the organization's. */
  defaultPrice: PriceOverride | null;
}

export interface SecretRow extends Row {
  readonly projectId: string;
  name: string;
  sealed: SealedSecret;
}

/** A model on a connection. Null: what the catalogue knows. */
export interface ConnectionModel {
  readonly name: string;
  readonly capabilities: readonly Capability[] | null;
  readonly contextWindow: number | null;
  readonly maxOutputTokens: number | null;
  readonly price: PriceOverride | null;
}

export interface AiProviderRow extends Row {
  readonly projectId: string;
  secretId: string | null;
  name: string;
  provider: ProviderSlug;
  defaultModel: string | null;
  baseUrl: string | null;
  config: Readonly<Record<string, unknown>> | null;
  access: 'platform' | 'byok';
  models: readonly ConnectionModel[];
  enabled: boolean;
}

export interface Target {
  readonly aiProviderId: string;
  readonly model: string;
  readonly priority: number;
  readonly weight: number;
  readonly capabilities: readonly Capability[] | null;
  readonly profiles: readonly ResponseProfile[] | null;
}

/** What a version freezes. */
export interface RouteDefinition {
  /** Null: the project's, else the organization's, else `priority`. */
  strategy: Strategy | null;
  targets: readonly Target[];
  allowProfileOverride: boolean;
  defaultProfile: ResponseProfile | null;
  retry: RetryPolicy;
  timeouts: Timeouts;
  /** Missing in versions that were frozen before there was a choice: false. */
  continueOnCut?: boolean;
}

/** The draft; `publishedVersion` names the version in force, null before the first. */
export interface RouteRow extends Row, RouteDefinition {
  readonly projectId: string;
  name: string;
  publishedVersion: number | null;
}

export interface RouteVersionRow {
  readonly id: string;
  readonly routeId: string;
  readonly version: number;
  readonly definition: Readonly<RouteDefinition>;
  readonly createdAt: Date;
}

export interface KeyRow extends Row {
  readonly projectId: string;
  name: string;
  routeId: string | null;
  /** SHA-256 of the text; the text itself is never kept. */
  keyHash: string;
  /** The last four characters, for people. */
  keyHint: string;
  enabled: boolean;
  rateLimit: number | null;
  tokenLimit: number | null;
  maxConcurrency: number | null;
  routingStrategy: Strategy | null;
  modelAllowlist: readonly string[] | null;
  /** Decimal EUR. */
  budgetMonthlyEur: string | null;
  budgetAlertPct: number | null;
  budgets: readonly Budget[];
  expiresAt: Date | null;
  metadata: Readonly<Record<string, string>>;
  allowProviderKeys: boolean;
  /** CIDR ranges and addresses; null: from anywhere. */
  sourceRanges: readonly string[] | null;
  /** Null for keys that are older than this. */
  readonly createdBy: string | null;
  revokedAt: Date | null;
}

/** A text that a key had before; it works until its end. */
export interface FormerKeyTextRow {
  readonly keyHash: string;
  readonly keyId: string;
  readonly keyHint: string;
  readonly endsAt: Date;
}

export interface ExchangeRateRow {
  readonly currency: string;
  /** USD for one unit, as a decimal number. */
  usdPerUnit: string;
  /** Who set it; what an operator set, the feed leaves alone. */
  source: 'operator' | 'feed';
  /** The day that the feed names; null where it names none, and for operators. */
  asOf: Date | null;
  updatedAt: Date;
}
