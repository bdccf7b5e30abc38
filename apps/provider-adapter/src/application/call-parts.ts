import type { CallContext, CallEnd, CallHead, CallHeader } from '@tollgate/contracts';
import type { DurablePublisher, IncomingCall } from '@tollgate/messaging';
import type { CallMetrics, FailedAttemptListener, OutcomeSink, Upstreams } from './ports.ts';
import type { ReadyConnections } from './ready-connections.ts';
import type { RequestMakerParts } from './request-maker.ts';

export type ClientCall = IncomingCall<CallHeader, CallContext, CallHead, CallEnd>;

export interface CallParts extends RequestMakerParts {
  readonly connections: ReadyConnections;
  readonly upstreams: Upstreams;
  readonly publisher: DurablePublisher;
  readonly outcomes: OutcomeSink;
  readonly metrics: CallMetrics;
  /** From 0 to 1. */
  readonly random: () => number;
  readonly onFailedAttempt: FailedAttemptListener;
  /** A bug ended a call. */
  readonly onBug: (error: unknown) => void;
  /** A record is lost: neither JetStream nor the spool took it. */
  readonly onLostRecord: (requestId: string, error: unknown) => void;
}
