import {
  addUsage,
  type Attempt,
  type CallContext,
  type CallHeader,
  type Candidate,
  type Failure,
  NO_USAGE,
  type RequestOutcome,
  type TokenUsage,
  type UsageSource,
} from '@tollgate/contracts';
import type { AnswerFacts } from '@tollgate/providers';
import { addCharges, type Charge, chargeFor, estimatedUsage, NO_CHARGE } from '../domain/charge.ts';
import { recordJson } from '../domain/record-json.ts';
import type { ClientCall } from './call-parts.ts';
import { type Clock, type FailedAttemptListener, type OutcomeSink, UNHEARD } from './ports.ts';
import { priceOf } from './price-book.ts';

/** How a call ended. */
export interface Ending {
  readonly outcome: RequestOutcome;
  /** HTTP status that the caller got. */
  readonly status: number;
  readonly failure: Failure | null;
}

export interface CallLedgerParts {
  readonly clock: Clock;
  readonly outcomes: OutcomeSink;
  readonly onFailedAttempt: FailedAttemptListener;
}

/** What one call tried, used and cost: all that its record is made of. */
export class CallLedger {
  readonly attempts: Attempt[] = [];
  charge: Charge = NO_CHARGE;
  droppedParams: readonly string[] = [];

  /** Of all attempts so far. */
  usage: TokenUsage = NO_USAGE;

  private isContinuation = false;
  private usageSource: UsageSource = 'none';
  private finishReason: string | null = null;
  private ttftMs: number | null = null;
  private candidate: Candidate | undefined;
  private attemptEpoch = 0;
  private attemptStart = 0;
  private readonly start: number;

  private readonly header: CallHeader;
  private readonly context: CallContext;
  private readonly clock: Clock;
  private readonly outcomes: OutcomeSink;
  private readonly onFailedAttempt: FailedAttemptListener;

  constructor(
    { header, context }: Pick<ClientCall, 'header' | 'context'>,
    { clock, outcomes, onFailedAttempt }: CallLedgerParts,
  ) {
    this.header = header;
    this.context = context;
    this.clock = clock;
    // A key that came with the request says nothing about a connection's health.
    this.outcomes = header.providerKey ? UNHEARD : outcomes;
    this.onFailedAttempt = onFailedAttempt;
    this.start = clock.monotonicMs();
  }

  /** @param isContinuation it goes on with what another one had begun */
  begin(candidate: Candidate, isContinuation = false): void {
    this.candidate = candidate;
    this.isContinuation = isContinuation;
    this.attemptEpoch = this.clock.epochMs();
    this.attemptStart = this.clock.monotonicMs();
  }

  /** Of a continuation: beside what was dropped before. */
  noteDropped(names: readonly string[]): void {
    this.droppedParams = this.isContinuation
      ? [...new Set([...this.droppedParams, ...names])]
      : names;
  }

  firstByte(): void {
    this.ttftMs = this.clock.monotonicMs();
  }

  /** A whole answer came. */
  answered(status: number, facts: AnswerFacts): void {
    this.finishReason = facts.finishReason;
    const usage = facts.usage ?? this.estimate(facts.estimateOutputTokens());
    const wasCut = this.usage !== NO_USAGE;
    this.usageSource = !facts.usage ? 'estimated' : wasCut ? 'partial' : 'provider';
    const durationMs = this.add(status, null, usage, facts.reportedCostPicoUsd);
    if (!this.candidate) return;
    const { aiProviderId, model } = this.candidate;
    const isFirst = this.ttftMs !== null && this.ttftMs >= this.attemptStart;
    const ttftMs = isFirst ? (this.ttftMs ?? 0) - this.attemptStart : durationMs;
    this.outcomes.succeeded(aiProviderId, model, ttftMs, durationMs);
  }

  /** Nothing of an answer was used. @param status 0 when there was no answer */
  failed(status: number, failure: Failure): void {
    this.add(status, failure, null, null);
    this.report(failure);
  }

  /** Part of an answer was used, or may have been; the prompt was. */
  cut(status: number, failure: Failure, facts: AnswerFacts | null): void {
    this.finishReason = facts?.finishReason ?? null;
    const relayed = this.atMostReserved(facts?.estimateOutputTokens() ?? 0);
    const reported = facts?.usage ?? null;
    this.usageSource = reported ? 'partial' : 'estimated';
    const usage = reported
      ? { ...reported, outputTokens: Math.max(reported.outputTokens, relayed) }
      : this.estimate(relayed);
    this.add(status, failure, usage, null);
    this.report(failure);
  }

  /** One line of JSON. */
  record(ending: Ending): string {
    const { header, context, clock } = this;
    const adapterMs = clock.monotonicMs() - this.start;
    const beforeMs = Math.max(0, clock.epochMs() - adapterMs - header.receivedAt);
    return recordJson({
      header,
      context,
      ...ending,
      attempts: this.attempts,
      finishReason: this.finishReason,
      usage: this.usage,
      usageSource: this.usageSource,
      charge: this.charge,
      droppedParams: this.droppedParams,
      providerMs: adapterMs,
      ttftMs: this.ttftMs === null ? null : this.ttftMs - this.start + beforeMs,
      totalMs: beforeMs + adapterMs,
    });
  }

  private report(failure: Failure): void {
    if (!this.candidate) return;
    const { aiProviderId, model } = this.candidate;
    this.outcomes.failed(aiProviderId, model, failure);
    this.onFailedAttempt(this.header.requestId, aiProviderId, failure);
  }

  private estimate(outputTokens: number): TokenUsage {
    return estimatedUsage(this.header.inputTokensEstimate, this.atMostReserved(outputTokens));
  }

  /** A guess never goes beyond what the request drew; what a provider reports does, if it must. */
  private atMostReserved(outputTokens: number): number {
    const { reserved } = this.header;
    if (!reserved) return outputTokens;
    return Math.min(outputTokens, Math.max(0, reserved.outputTokens - this.usage.outputTokens));
  }

  /** Answers how long the attempt took, in milliseconds. */
  private add(
    status: number,
    failure: Failure | null,
    usage: TokenUsage | null,
    reported: bigint | null,
  ): number {
    const durationMs = this.clock.monotonicMs() - this.attemptStart;
    const { candidate, attemptEpoch: startedAt } = this;
    if (!candidate) return durationMs;
    const price = usage === null ? undefined : priceOf(candidate, startedAt);
    const charge = usage === null ? NO_CHARGE : chargeFor(price, usage, reported);
    const { aiProviderId, provider, model } = candidate;
    const code = failure?.code ?? null;
    const costPicoUsd = charge.costPicoUsd.toString();
    this.attempts.push({
      aiProviderId,
      provider,
      model,
      status,
      code,
      startedAt,
      durationMs,
      usage,
      costPicoUsd,
      ...(this.isContinuation ? { isContinuation: true } : {}),
      ...(candidate.access === 'platform' ? { access: 'platform' as const } : {}),
    });
    if (usage !== null) this.addUse(usage, charge);
    return durationMs;
  }

  private addUse(usage: TokenUsage, charge: Charge): void {
    const isFirst = this.usage === NO_USAGE;
    this.usage = isFirst ? usage : addUsage(this.usage, usage);
    this.charge = isFirst ? charge : addCharges(this.charge, charge);
  }
}
