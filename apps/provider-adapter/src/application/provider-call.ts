import {
  type Candidate,
  type Failure,
  FAILURES,
  failure,
  formatUsd,
  type NextTry,
  requestFinished,
} from '@tollgate/contracts';
import type { ClientRequest, StreamDecoder } from '@tollgate/providers';
import { withDetails } from '../domain/failure-details.ts';
import { nextStep } from '../domain/next-step.ts';
import { type HeadFacts, streamHead, wholeHead } from './call-head.ts';
import { CallLedger, type Ending } from './call-ledger.ts';
import type { CallParts, ClientCall } from './call-parts.ts';
import { CandidateCursor } from './candidate-cursor.ts';
import { clientRequestOf } from './client-request.ts';
import { handOver } from './hand-over.ts';
import { lateness } from './lateness.ts';
import { type ReadyConnection, type ReadyTarget, targetFor } from './ready-connections.ts';
import { type Made, RequestMaker } from './request-maker.ts';
import { type AttemptOwner, UpstreamAttempt, type WholeAnswer } from './upstream-attempt.ts';

/** @param lingering an attempt whose body is still open, though nobody needs the rest */
export type WhenDone = (call: ProviderCall, lingering: UpstreamAttempt | null) => void;

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
  private readonly cursor: CandidateCursor;
  private readonly maker: RequestMaker;
  private attempt: UpstreamAttempt | null = null;
  private retryAt = NEVER;
  private hasSentHead = false;
  /** The attempt in hand gave something to the client. */
  private hasDelivered = false;
  private isOver = false;

  constructor(
    private readonly call: ClientCall,
    private readonly parts: CallParts,
    private readonly whenDone: WhenDone,
  ) {
    const { header, context } = call;
    this.request = clientRequestOf(header, call.body);
    this.cursor = new CandidateCursor(context.candidates, header.order);
    this.maker = new RequestMaker(parts, this.request, call);
    this.ledger = new CallLedger(call, parts);
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
    this.maker.cancel();
    this.attempt?.abort();
    this.call.fail(failure('gateway.internal', { recorded: false }));
    this.whenDone(this, null);
  }

  onAnswer(attempt: UpstreamAttempt, answer: WholeAnswer): void {
    if (this.isOver) return;
    this.ledger.answered(attempt.status, answer.facts);
    const { costPicoUsd, unpriced } = this.ledger.charge;
    const costUsd = unpriced ? null : formatUsd(costPicoUsd);
    const head = wholeHead(this.headFacts(), answer.contentType, costUsd);
    this.finish(COMPLETED, () => {
      this.call.head(head);
      this.call.data(answer.body);
      this.call.end({ recorded: true });
    });
  }

  onFrames(attempt: UpstreamAttempt, bytes: Uint8Array): void {
    if (this.isOver) return;
    if (!this.hasSentHead) this.beginStream(attempt.decoder);
    this.hasDelivered = true;
    if (!this.call.data(bytes)) attempt.pause();
  }

  onStreamEnd(attempt: UpstreamAttempt, decoder: StreamDecoder): void {
    if (this.isOver) return;
    if (!this.hasSentHead) this.beginStream(decoder);
    this.ledger.answered(attempt.status, decoder);
    this.finish(COMPLETED, () => {
      if (decoder.tail.length > 0) this.call.data(decoder.tail);
      this.call.end({ recorded: true });
    });
  }

  onFailure(attempt: UpstreamAttempt, reason: Failure, next?: NextTry): void {
    if (this.isOver) return;
    if (this.hasSentHead) {
      if (this.hasDelivered) this.ledger.cut(attempt.status, reason, attempt.decoder);
      else this.ledger.failed(attempt.status, reason);
      return this.goOnAfter(reason, attempt.decoder);
    }
    this.ledger.failed(attempt.status, reason);
    this.tryAfter(reason, next);
  }

  private tryNextCandidate(): void {
    const candidate = this.cursor.next();
    if (candidate) this.connect(candidate);
    else this.finishFailed(failure('routing.exhausted'));
  }

  private retry(): void {
    this.retryAt = NEVER;
    if (this.cursor.current) this.connect(this.cursor.current);
  }

  private connect(candidate: Candidate): void {
    this.cursor.tries++;
    this.hasDelivered = false;
    this.ledger.begin(candidate, this.hasSentHead);
    const { connections } = this.parts;
    const { projectId } = this.call.context;
    const { providerKey } = this.call.header;
    if (providerKey?.provider === candidate.provider)
      return this.make(candidate, connections.ofRequestKey(providerKey));
    const ready = connections.peek(candidate.aiProviderId, projectId);
    if (ready) this.make(candidate, ready);
    else
      this.later(connections.load(candidate.aiProviderId, projectId), (loaded) =>
        this.make(candidate, loaded),
      );
  }

  private make(candidate: Candidate, ready: ReadyConnection): void {
    if (!ready.ok) return this.refuse(ready.failure);
    const target = targetFor(ready.value, candidate.model);
    const made = this.maker.make(target, candidate.model);
    if (made instanceof Promise) this.later(made, (later) => this.send(target, later));
    else this.send(target, made);
  }

  private send({ connection }: ReadyTarget, made: Made): void {
    if (!made.ok) return this.refuse(made.failure);
    const { wire, upstream } = made.value;
    this.ledger.noteDropped(upstream.droppedParams);
    const { clock, upstreams } = this.parts;
    const attempt = new UpstreamAttempt(this, connection, wire, this.request, clock);
    this.attempt = attempt;
    upstreams.dispatch(connection.origin, upstream, attempt);
  }

  /** Goes on when something has come, unless the call is over by then. A bug ends the call, not the process. */
  private later<T>(promise: Promise<T>, step: (value: T) => void): void {
    const goOn = (value: T): void => {
      if (!this.isOver) step(value);
    };
    promise.then(goOn).catch((error: unknown) => {
      this.parts.onBug(error);
      this.abandon();
    });
  }

  /** The attempt failed before anything was sent. */
  private refuse(reason: Failure): void {
    this.ledger.failed(0, reason);
    if (this.hasSentHead) this.goOnAfter(reason, null);
    else this.tryAfter(reason);
  }

  private tryAfter(reason: Failure, next?: NextTry): void {
    this.attempt = null;
    const step = nextStep(
      {
        failure: reason,
        next,
        attempts: this.ledger.attempts.length,
        attemptsOnTarget: this.cursor.tries,
        hasOtherTarget: this.cursor.hasNext,
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

  /** The client has a part of the answer: the next candidate gives the rest, where the route allows it, or none does. */
  private goOnAfter(reason: Failure, cut: StreamDecoder | null): void {
    this.attempt = null;
    const { maker, cursor, ledger, call, parts } = this;
    const broken = { answer: maker.answer, cut, reason };
    const next = handOver(broken, cursor, ledger, call, parts.clock.epochMs());
    if (next) this.connect(next);
    else this.finishFailed(reason);
  }

  private beginStream(decoder: StreamDecoder | null): void {
    this.hasSentHead = true;
    this.ledger.firstByte();
    this.call.onDrain(() => this.attempt?.resume());
    this.call.head(streamHead(this.headFacts(), decoder?.contentType));
  }

  private headFacts(): HeadFacts {
    const attempts = this.ledger.attempts.length + (this.hasSentHead ? 1 : 0);
    const { droppedParams } = this.ledger;
    return { candidate: this.cursor.current, attempts, droppedParams };
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
    this.maker.cancel();
    const { attempt, call, parts, ledger } = this;
    const durationMs = parts.clock.monotonicMs() - this.startedAt;
    parts.metrics.closed(ledger.attempts.at(-1)?.provider ?? 'none', ending.outcome, durationMs);
    const kept = ending === COMPLETED ? this.maker.keepAnswer() : null;
    const recorded = parts.publisher.publish(requestFinished, ledger.record(ending));
    (kept ? kept.then(() => recorded) : recorded)
      .then(deliver, (error: unknown) => {
        parts.onLostRecord(call.header.requestId, error);
        call.fail(failure('gateway.overloaded', { recorded: false }));
      })
      .finally(() => this.whenDone(this, attempt?.lingers() ? attempt : null));
  }
}

function doNothing(): void {}
