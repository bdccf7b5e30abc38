import type {
  JournalRecord,
  JournalSummary,
  ModelSummary,
  Operation,
  Outcome,
} from './journal-entry.ts';

/** Models counted by name; the rest are counted together. */
const mostModels = 1_000;
const otherModels = '(other)';

export interface ServedRequest {
  readonly id: string;
  readonly requestId: string | null;
  readonly operation: Operation;
  readonly model: string;
  readonly stream: boolean;
  readonly user: string | null;
  readonly promptTokens: number;
  readonly receivedAtMs: number;
  readonly authorizationHash: string | null;
}

export interface JournalFilter {
  /** Only entries from this index on. */
  readonly since?: number;
  readonly model?: string;
  /** With `since` the oldest that many (so that a reader can page on), else the newest. */
  readonly limit?: number;
}

/** What was served: the newest `capacity` requests one by one, and counters by model for all of them. */
export class Journal {
  readonly #capacity: number;
  #ring: JournalRecord[] = [];
  #total = 0;
  #counters = new Map<string, ModelSummary>();

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get total(): number {
    return this.#total;
  }

  /** How many entries the ring no longer holds. */
  get dropped(): number {
    return this.#total - this.#ring.length;
  }

  open(request: ServedRequest): JournalRecord {
    const counters = this.#countersOf(request.model);
    counters.requests += 1;
    counters.running += 1;
    const record: JournalRecord = {
      index: this.#total,
      id: request.id,
      requestId: request.requestId,
      operation: request.operation,
      model: request.model,
      stream: request.stream,
      user: request.user,
      status: 0,
      promptTokens: request.promptTokens,
      completionTokens: 0,
      chunksSent: 0,
      outcome: 'running',
      receivedAtMs: request.receivedAtMs,
      firstByteAtMs: 0,
      endedAtMs: 0,
      authorizationHash: request.authorizationHash,
      counters,
    };
    this.#ring[this.#total % this.#capacity] = record;
    this.#total += 1;
    return record;
  }

  /** Sets the outcome and adds the tokens to the counters, once: a later call changes nothing. */
  settle(record: JournalRecord, outcome: Exclude<Outcome, 'running'>): void {
    if (record.outcome !== 'running') return;
    record.outcome = outcome;
    record.counters.running -= 1;
    record.counters[outcome] += 1;
    record.counters.promptTokens += record.promptTokens;
    record.counters.completionTokens += record.completionTokens;
  }

  /** Newest last. */
  list(filter: JournalFilter = {}): JournalRecord[] {
    const since = Math.max(filter.since ?? 0, this.dropped);
    const limit = filter.limit ?? this.#capacity;
    const chosen: JournalRecord[] = [];
    if (filter.since !== undefined) {
      for (let index = since; index < this.#total && chosen.length < limit; index += 1) {
        this.#collect(index, filter.model, chosen);
      }
      return chosen;
    }
    for (let index = this.#total - 1; index >= since && chosen.length < limit; index -= 1) {
      this.#collect(index, filter.model, chosen);
    }
    return chosen.reverse();
  }

  summary(): JournalSummary {
    const byModel = [...this.#counters].map(([model, counters]) => [model, { ...counters }]);
    return { total: this.#total, byModel: Object.fromEntries(byModel) };
  }

  /** Requests still running go on without being listed. */
  clear(): void {
    this.#ring = [];
    this.#total = 0;
    this.#counters = new Map();
  }

  #collect(index: number, model: string | undefined, into: JournalRecord[]): void {
    const record = this.#ring[index % this.#capacity];
    if (record !== undefined && (model === undefined || record.model === model)) into.push(record);
  }

  #countersOf(model: string): ModelSummary {
    const known = this.#counters.get(model);
    if (known !== undefined) return known;
    const name = this.#counters.size < mostModels ? model : otherModels;
    const counters = this.#counters.get(name) ?? emptySummary();
    this.#counters.set(name, counters);
    return counters;
  }
}

function emptySummary(): ModelSummary {
  return {
    requests: 0,
    running: 0,
    finished: 0,
    aborted: 0,
    cut: 0,
    stalled: 0,
    failed: 0,
    promptTokens: 0,
    completionTokens: 0,
  };
}
