import {
  type CallContext,
  type CallEnd,
  type CallHead,
  type CallHeader,
  type Candidate,
  type Failure,
  FAILURES,
  failure,
  formatUsd,
  type NextTry,
  requestFinished,
} from '@tollgate/contracts';
import type { DurablePublisher, IncomingCall } from '@tollgate/messaging';
import type { AnswerFacts, ClientRequest, StreamDecoder } from '@tollgate/providers';
import { callWire } from '@tollgate/translation';
import { withDetails } from '../domain/failure-details.ts';
import { nextStep } from '../domain/next-step.ts';
import { CallLedger, type Ending } from './call-ledger.ts';
import { clientRequestOf } from './client-request.ts';
import { lateness } from './lateness.ts';
import type { CallMetrics, Clock, FailedAttemptListener, OutcomeSink, Upstreams } from './ports.ts';
import type { ReadyConnection, ReadyConnections } from './ready-connections.ts';
import { type AttemptOwner, UpstreamAttempt } from './upstream-attempt.ts';

export type ClientCall = IncomingCall<CallHeader, CallContext, CallHead, CallEnd>;

export interface CallParts {
  readonly connections: ReadyConnections;
  readonly upstreams: Upstreams;
  readonly publisher: DurablePublisher;
  readonly outcomes: OutcomeSink;
  readonly metrics: CallMetrics;
  readonly clock: Clock;
  /** From 0 to 1. */
  readonly random: () => number;
  readonly onFailedAttempt: FailedAttemptListener;
  /** A bug ended a call. */
  readonly onBug: (error: unknown) => void;
  /** A record is lost: neither JetStream nor the spool took it. */
  readonly onLostRecord: (requestId: string, error: unknown) => void;
}

/** @param lingering an attempt whose body is still open, though nobody needs the rest */
export type WhenDone = (call: ProviderCall, lingering: UpstreamAttempt | null) => void;

const EVENT_STREAM = 'text/event-stream; charset=utf-8';
const JSON_BODY = 'application/json';
const COMPLETED: Ending = { outcome: 'completed', status: 200, failure: null };
const NEVER = Number.POSITIVE_INFINITY;

/**
 * One request of a client: tries candidates in order until one answers, relays the answer, and leaves the record. The
 * last bytes go out after the record is safe. Nothing is tried again once the client has its first byte.
 */
export class ProviderCall implements AttemptOwner {
  private readonly request: ClientRequest;
  private readonly ledger: CallLedger;
  private readonly startedAt: number;
  private readonly deadlineAt: number;
  private position = -1;
  private attemptsOnTarget = 0;
  private candidate: Candidate | undefined;
  private attempt: UpstreamAttempt | null = null;
  private retryAt = NEVER;
  private hasSentHead = false;
  private isOver = false;

  constructor(
    private readonly call: ClientCall,
    private readonly parts: CallParts,
    private readonly whenDone: WhenDone,
  ) {
    const { header, context } = call;
    this.request = clientRequestOf(header, call.body);
    this.ledger = new CallLedger(
      header,
      context,
      parts.clock,
      parts.outcomes,
      parts.onFailedAttempt,
    );
    this.startedAt = parts.clock.monotonicMs();
    const leftMs = call.deadlineAt - parts.clock.epochMs();
    this.deadlineAt = this.startedAt + Math.min(leftMs, context.timeouts.totalMs);
  }

  start(): void {
    this.call.onCancel(() => this.cancelled());
    if (!this.isOver) this.tryNextCandidate();
  }

  /** Looks after the timeouts; called every few dozen milliseconds. */
  sweep(now: number): void {
    if (this.isOver) return;
    if (now >= this.deadlineAt) return this.endCut(failure('bus.deadline_exceeded'));
    if (now >= this.retryAt) return this.retry();
    const { attempt } = this;
    if (!attempt || attempt.isPaused) return;
    const reason = lateness(attempt, now, this.call.context.timeouts);
    if (!reason) return;
    attempt.abort();
    this.onFailure(attempt, reason);
  }

  /** Ends the call because this process stops. */
  stop(): void {
    this.endCut(failure('gateway.draining'));
  }

  /** Ends the call after a bug: without a record, which is the gateway's to write then. */
  abandon(): void {
    this.isOver = true;
    this.attempt?.abort();
    this.call.fail(failure('gateway.internal', { recorded: false }));
    this.whenDone(this, null);
  }

  onAnswer(attempt: UpstreamAttempt, body: Uint8Array, facts: AnswerFacts): void {
    if (this.isOver) return;
    this.ledger.answered(attempt.status, facts);
    const { costPicoUsd, unpriced } = this.ledger.charge;
    const head = this.head(JSON_BODY, unpriced ? null : formatUsd(costPicoUsd));
    this.finish(COMPLETED, () => {
      this.call.head(head);
      this.call.data(body);
      this.call.end({ recorded: true });
    });
  }

  onFrames(attempt: UpstreamAttempt, bytes: Uint8Array): void {
    if (this.isOver) return;
    if (!this.hasSentHead) this.beginStream(attempt);
    if (!this.call.data(bytes)) attempt.pause();
  }

  onStreamEnd(attempt: UpstreamAttempt, decoder: StreamDecoder): void {
    if (this.isOver) return;
    if (!this.hasSentHead) this.beginStream(attempt);
    this.ledger.answered(attempt.status, decoder);
    this.finish(COMPLETED, () => {
      if (decoder.tail.length > 0) this.call.data(decoder.tail);
      this.call.end({ recorded: true });
    });
  }

  onFailure(attempt: UpstreamAttempt, reason: Failure, next?: NextTry): void {
    if (this.isOver) return;
    if (this.hasSentHead) {
      this.ledger.cut(attempt.status, reason, attempt.decoder);
      return this.finishFailed(reason);
    }
    this.ledger.failed(attempt.status, reason);
    this.tryAfter(reason, next);
  }

  private tryNextCandidate(): void {
    this.position++;
    this.attemptsOnTarget = 0;
    this.candidate = this.candidateAt(this.position);
    if (this.candidate) this.connect(this.candidate);
    else this.finishFailed(failure('routing.exhausted'));
  }

  private candidateAt(position: number): Candidate | undefined {
    const { order } = this.call.header;
    const { candidates } = this.call.context;
    if (order === null) return candidates[position];
    const index = order[position];
    return index === undefined ? undefined : candidates[index];
  }

  private retry(): void {
    this.retryAt = NEVER;
    if (this.candidate) this.connect(this.candidate);
  }

  private connect(candidate: Candidate): void {
    this.attemptsOnTarget++;
    this.ledger.begin(candidate);
    const ready = this.parts.connections.peek(candidate.aiProviderId);
    if (ready) return this.send(candidate, ready);
    void this.parts.connections.load(candidate.aiProviderId).then((loaded) => {
      if (!this.isOver) this.send(candidate, loaded);
    });
  }

  private send(candidate: Candidate, ready: ReadyConnection): void {
    if (!ready.ok) return this.refuse(ready.failure);
    const { request, parts, call } = this;
    const { connection, provider } = ready.value;
    const wire = callWire(connection, request, {
      policy: call.header.lossPolicy ?? ready.value.policy,
      provider,
      nowS: () => Math.floor(parts.clock.epochMs() / 1_000),
    });
    if (!wire.ok) return this.refuse(wire.failure);
    const encoded = wire.value.encodeRequest(request, candidate.model);
    if (!encoded.ok) return this.refuse(encoded.failure);
    this.ledger.droppedParams = encoded.value.droppedParams;
    const attempt = new UpstreamAttempt(this, connection, wire.value, request, parts.clock);
    this.attempt = attempt;
    parts.upstreams.dispatch(connection.origin, encoded.value, attempt);
  }

  /** The attempt failed before anything was sent. */
  private refuse(reason: Failure): void {
    this.ledger.failed(0, reason);
    this.tryAfter(reason);
  }

  private tryAfter(reason: Failure, next?: NextTry): void {
    this.attempt = null;
    const step = nextStep(
      {
        failure: reason,
        next,
        attempts: this.ledger.attempts.length,
        attemptsOnTarget: this.attemptsOnTarget,
        hasOtherTarget: this.candidateAt(this.position + 1) !== undefined,
      },
      this.call.context.retry,
      this.parts.random(),
    );
    if (step.kind === 'other') return this.tryNextCandidate();
    if (step.kind === 'stop') return this.finishFailed(reason);
    this.retryAt = this.parts.clock.monotonicMs() + step.afterMs;
  }

  private cancelled(): void {
    if (this.isOver) return;
    const isLate = this.parts.clock.epochMs() >= this.call.deadlineAt;
    if (isLate) return this.endCut(failure('bus.deadline_exceeded'));
    const reason = failure('client.closed');
    this.noteCut(reason);
    const status = this.hasSentHead ? 200 : FAILURES[reason.code].status;
    this.finish({ outcome: 'cancelled', status, failure: reason }, doNothing);
  }

  private endCut(reason: Failure): void {
    if (this.isOver) return;
    this.noteCut(reason);
    this.finishFailed(reason);
  }

  /** The attempt in hand is cut off by us: what it used is charged. */
  private noteCut(reason: Failure): void {
    const { attempt } = this;
    if (!attempt) return;
    const wasSent = attempt.phase !== 'connecting';
    attempt.abort();
    if (wasSent) this.ledger.cut(attempt.status, reason, attempt.decoder);
    else this.ledger.failed(0, reason);
  }

  private beginStream(attempt: UpstreamAttempt): void {
    this.hasSentHead = true;
    this.ledger.firstByte();
    this.call.onDrain(() => attempt.resume());
    this.call.head(this.head(EVENT_STREAM, null));
  }

  private head(contentType: string, costUsd: string | null): CallHead {
    const attempts = this.ledger.attempts.length + (this.hasSentHead ? 1 : 0);
    const { provider = '', model = '' } = this.candidate ?? {};
    const head = { status: 200, contentType, provider, model, attempts, costUsd };
    const { droppedParams } = this.ledger;
    return droppedParams.length === 0 ? head : { ...head, droppedParams: [...droppedParams] };
  }

  private finishFailed(reason: Failure): void {
    const outcome = this.hasSentHead ? 'interrupted' : 'failed';
    const status = this.hasSentHead ? 200 : FAILURES[reason.code].status;
    const detailed = withDetails(reason, this.ledger.attempts, this.call.context);
    this.finish({ outcome, status, failure: reason }, () =>
      this.call.fail({ ...detailed, recorded: true }),
    );
  }

  /** Ends the call; `deliver` runs once the record is safe. */
  private finish(ending: Ending, deliver: () => void): void {
    this.isOver = true;
    const { attempt, call, parts, ledger } = this;
    const durationMs = parts.clock.monotonicMs() - this.startedAt;
    parts.metrics.closed(ledger.attempts.at(-1)?.provider ?? 'none', ending.outcome, durationMs);
    parts.publisher
      .publish(requestFinished, ledger.record(ending))
      .then(deliver, (error: unknown) => {
        parts.onLostRecord(call.header.requestId, error);
        call.fail(failure('gateway.overloaded', { recorded: false }));
      })
      .finally(() => this.whenDone(this, attempt?.lingers() ? attempt : null));
  }
}

function doNothing(): void {}
