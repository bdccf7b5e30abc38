import type { Capability } from '@tollgate/contracts';

/** What a vendor's models can do. Data with its origin: a field that no source gives is left out. */
export interface FactsFile {
  /** Where the entries were read, unless an entry names a page of its own. */
  readonly source: string;
  /** The day they were read. */
  readonly asOf: string;
  readonly models: readonly ModelEntry[];
}

export interface ModelEntry {
  /** Exact names, without the date of a snapshot. */
  readonly names: readonly string[];
  /** Tokens, input and output together. */
  readonly contextWindow?: number;
  /** Tokens. */
  readonly maxOutputTokens?: number;
  readonly capabilities: readonly Capability[];
  readonly source?: string;
  readonly asOf?: string;
}
