import { type Candidate, type Failure, FAILURES } from '@tollgate/contracts';
import type { AnswerFacts } from '@tollgate/providers';
import type { ContinuableAnswer } from '@tollgate/translation';
import { continuationRoom } from '../domain/continuation-room.ts';
import type { CallLedger } from './call-ledger.ts';
import type { ClientCall } from './call-parts.ts';
import type { CandidateCursor } from './candidate-cursor.ts';
import { priceOf } from './price-book.ts';

/** An answer that has begun and broke off. */
export interface BrokenAnswer {
  /** Null where the route does not allow it to go on, or the request is not of a kind that could. */
  readonly answer: ContinuableAnswer | null;
  /** What the provider that broke off said of its answer; null when it gave nothing. */
  readonly cut: AnswerFacts | null;
  readonly reason: Failure;
}

/**
 * Hands what was said over to the next candidate, and answers who that is; undefined where the answer may not go on, or
 * budget or length leave no room.
 * @param nowMs milliseconds since the epoch
 */
export function handOver(
  { answer, cut, reason }: BrokenAnswer,
  cursor: CandidateCursor,
  ledger: CallLedger,
  { header, context, body }: ClientCall,
  nowMs: number,
): Candidate | undefined {
  const isSaid = cut !== null && cut.finishReason !== null;
  const hasTries = ledger.attempts.length < context.retry.attempts;
  if (!answer?.canGoOn || isSaid || !hasTries || FAILURES[reason.code].next === 'never') return;
  const next = cursor.next();
  if (!next) return;
  const room = continuationRoom({
    draw: header.draw,
    limit: answer.limit,
    used: ledger.usage,
    spentPicoUsd: ledger.charge.costPicoUsd,
    requestTokens: header.reserved?.inputTokens ?? body.byteLength,
    price: priceOf(next, nowMs),
  });
  if (!room.hasRoom) return;
  answer.goOn({ usage: ledger.usage, outputCap: room.outputCap });
  return next;
}
