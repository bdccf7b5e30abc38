import type { TokenUsage } from '@tollgate/contracts';
import { isRecord } from '../json/json-value.ts';
import { decodeUsage } from './decode-usage.ts';
import { finishReasonName } from './enum-names.ts';

type Fields = Readonly<Record<string, unknown>>;

export function candidatesOf(answer: Fields): readonly Fields[] {
  return Array.isArray(answer.candidates) ? answer.candidates.filter(isRecord) : [];
}

export function indexOf(candidate: Fields, position: number): number {
  const { index } = candidate;
  return typeof index === 'number' && Number.isInteger(index) && index >= 0 && index < 128
    ? index
    : position;
}

export function partsOf({ content }: Fields): readonly Fields[] {
  return isRecord(content) && Array.isArray(content.parts) ? content.parts.filter(isRecord) : [];
}

/** Why the prompt was refused; null when it was not. */
export function blockReasonOf({ promptFeedback }: Fields): string | null {
  const reason = isRecord(promptFeedback) ? promptFeedback.blockReason : undefined;
  if (typeof reason === 'number' && reason > 0) return 'OTHER';
  return typeof reason === 'string' && reason !== '' ? reason.slice(0, 64) : null;
}

/**
 * What the chunks of an answer have told so far. Google's streams have no event that ends them: an answer is complete when
 * all its candidates have said why they finished and the body has ended; later chunks may only add to what stands beside
 * the content.
 */
export class ChunkFacts {
  /** Google counts anew in each chunk: the last counts. */
  usage: TokenUsage | null = null;
  /** Of the first candidate that has one, or why the prompt was refused. */
  finishReason: string | null = null;
  isBlocked = false;
  private readonly finished = new Map<number, boolean>();

  /** Whether it says again what is over: such a chunk counts for nothing. */
  isRepeated(chunk: Fields): boolean {
    const candidates = candidatesOf(chunk);
    return (
      candidates.length > 0 &&
      candidates.every(
        (candidate, position) =>
          this.finished.get(indexOf(candidate, position)) === true &&
          (partsOf(candidate).length > 0 || finishReasonName(candidate.finishReason) !== null),
      )
    );
  }

  note(chunk: Fields): void {
    this.usage = decodeUsage(chunk.usageMetadata) ?? this.usage;
    for (const [position, candidate] of candidatesOf(chunk).entries()) {
      const index = indexOf(candidate, position);
      const reason = finishReasonName(candidate.finishReason);
      this.finishReason ??= reason;
      this.finished.set(index, reason !== null || this.finished.get(index) === true);
    }
    const blocked = blockReasonOf(chunk);
    if (blocked === null || this.finished.size > 0) return;
    this.isBlocked = true;
    this.finishReason ??= blocked;
  }

  hasCandidates(): boolean {
    return this.finished.size > 0;
  }

  isComplete(): boolean {
    if (this.finished.size === 0) return this.isBlocked;
    for (const isFinished of this.finished.values()) if (!isFinished) return false;
    return true;
  }
}
