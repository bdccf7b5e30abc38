/**
 * - `running`: being answered;
 * - `finished`: sent to the end;
 * - `cut`: the simulator destroyed the connection, as its behaviour said;
 * - `stalled`: the simulator went silent, as its behaviour said (`endedAt` is set when the caller leaves);
 * - `aborted`: the caller closed the connection before the end;
 * - `failed`: answered with a status of 400 or above.
 */
export type Outcome = 'running' | 'finished' | 'cut' | 'stalled' | 'aborted' | 'failed';

export type Operation = 'chat' | 'embeddings';

/** One request as the journal shows it. Times are ISO 8601 with milliseconds. */
export interface JournalEntry {
  /** Position since the journal was last cleared, from 0. */
  readonly index: number;
  /** The id in the answer. */
  readonly id: string;
  /** The caller's `x-request-id`, else its `x-tollgate-request-id`. */
  readonly requestId: string | null;
  readonly operation: Operation;
  /** Empty where the request was refused before its model was known. */
  readonly model: string;
  readonly stream: boolean;
  /** Whom the caller asked for (`user` of a chat in OpenAI's dialect), else null. */
  readonly user: string | null;
  /** Null until the head is sent. */
  readonly status: number | null;
  /** What the caller would be billed for: 0 for a failure. */
  readonly promptTokens: number;
  /** Reasoning included. In a stream: what was sent; unary: all of it, once the answer is sent. */
  readonly completionTokens: number;
  /** Content chunks of a stream; 0 for a unary answer. */
  readonly chunksSent: number;
  readonly outcome: Outcome;
  readonly receivedAt: string;
  readonly firstByteAt: string | null;
  readonly endedAt: string | null;
  /** The first 12 hexadecimal digits of the credential's SHA-256; null without one. */
  readonly authorizationHash: string | null;
}

export interface ModelSummary {
  requests: number;
  running: number;
  finished: number;
  aborted: number;
  cut: number;
  stalled: number;
  failed: number;
  promptTokens: number;
  completionTokens: number;
}

export interface JournalSummary {
  readonly total: number;
  readonly byModel: Readonly<Record<string, Readonly<ModelSummary>>>;
}

/** A request while it is being served: changed in place, times in milliseconds, 0 for "not yet". */
export interface JournalRecord {
  readonly index: number;
  readonly id: string;
  readonly requestId: string | null;
  readonly operation: Operation;
  readonly model: string;
  readonly stream: boolean;
  readonly user: string | null;
  status: number;
  promptTokens: number;
  completionTokens: number;
  chunksSent: number;
  outcome: Outcome;
  readonly receivedAtMs: number;
  firstByteAtMs: number;
  endedAtMs: number;
  readonly authorizationHash: string | null;
  readonly counters: ModelSummary;
}

export function toEntry(record: JournalRecord): JournalEntry {
  return {
    index: record.index,
    id: record.id,
    requestId: record.requestId,
    operation: record.operation,
    model: record.model,
    stream: record.stream,
    user: record.user,
    status: record.status === 0 ? null : record.status,
    promptTokens: record.promptTokens,
    completionTokens: record.completionTokens,
    chunksSent: record.chunksSent,
    outcome: record.outcome,
    receivedAt: new Date(record.receivedAtMs).toISOString(),
    firstByteAt: isoOrNull(record.firstByteAtMs),
    endedAt: isoOrNull(record.endedAtMs),
    authorizationHash: record.authorizationHash,
  };
}

function isoOrNull(timeMs: number): string | null {
  return timeMs === 0 ? null : new Date(timeMs).toISOString();
}
