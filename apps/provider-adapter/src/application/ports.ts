import type { Failure } from '@tollgate/contracts';
import type { GetOutcome } from '@tollgate/outbound';
import type { Dispatcher } from 'undici';

export interface Clock {
  /** Milliseconds since the epoch. */
  readonly epochMs: () => number;
  /** Milliseconds, never going back, with fractions. */
  readonly monotonicMs: () => number;
}

/** Sends requests to providers over connections that are kept. */
export interface Upstreams {
  /** Never throws: what goes wrong reaches the handler as `onResponseError`. */
  dispatch(origin: string, request: UpstreamDispatch, handler: Dispatcher.DispatchHandler): void;
  close(): Promise<void>;
}

export interface UpstreamDispatch {
  readonly path: string;
  readonly headers: string[];
  /** Sent by POST; a GET without one. */
  readonly body: Uint8Array | null;
}

/** What came of a GET of a file: its bytes, or why there are none. */
export type MediaAnswer = GetOutcome;

/** Gets files that clients name by URL. */
export interface MediaSource {
  /** Never rejects. @param maxBytes more than these are refused */
  get(url: string, maxBytes: number, signal: AbortSignal): Promise<MediaAnswer>;
}

/** Counts calls; implementations must be cheap. */
export interface CallMetrics {
  opened(): void;
  closed(provider: string, outcome: string, durationMs: number): void;
}

/** What came of one attempt, for routing's view of health. */
export interface OutcomeSink {
  succeeded(aiProviderId: string, model: string, ttftMs: number, durationMs: number): void;
  failed(aiProviderId: string, model: string, failure: Failure): void;
}

/** For the log. */
export type FailedAttemptListener = (
  requestId: string,
  aiProviderId: string,
  failure: Failure,
) => void;

/** For calls that say nothing about a connection. */
export const UNHEARD: OutcomeSink = { succeeded: () => undefined, failed: () => undefined };
