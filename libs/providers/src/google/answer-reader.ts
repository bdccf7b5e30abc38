import type { EmitEvent } from '@tollgate/neutral';
import { isRecord } from '../json/json-value.ts';
import { CallIdMaker } from './call-id-maker.ts';
import { CandidateReader } from './candidate-reader.ts';
import { candidatesOf, indexOf } from './chunk-facts.ts';
import type { TokenUsage } from '@tollgate/contracts';

type Fields = Readonly<Record<string, unknown>>;

/** Tells the chunks of an answer, or a whole answer as its only chunk, as events. */
export class AnswerReader {
  private readonly candidates = new Map<number, CandidateReader>();
  private ids: CallIdMaker | null = null;

  /** @param seed for the ids of calls, where Google names no answer */
  constructor(
    private readonly seed: string,
    private readonly emit: EmitEvent,
  ) {}

  read(chunk: Fields): void {
    const candidates = candidatesOf(chunk);
    if (candidates.length === 0) return;
    const ids = (this.ids ??= this.start(chunk));
    for (const [position, candidate] of candidates.entries()) {
      const index = indexOf(candidate, position);
      const reader = this.candidates.get(index) ?? new CandidateReader(index, ids, this.emit);
      this.candidates.set(index, reader);
      reader.read(candidate);
    }
  }

  /** The answer is whole. */
  end(usage: TokenUsage | null): void {
    for (const reader of this.candidates.values()) reader.end();
    if (usage) this.emit({ type: 'usage', usage });
    this.emit({ type: 'end' });
  }

  private start({ responseId, modelVersion, createTime, usageMetadata }: Fields): CallIdMaker {
    const id = typeof responseId === 'string' ? responseId : '';
    const tier = isRecord(usageMetadata) ? usageMetadata.serviceTier : undefined;
    this.emit({
      type: 'start',
      id,
      model: typeof modelVersion === 'string' ? modelVersion : '',
      createdAt: secondsOf(createTime),
      ...(typeof tier === 'string' ? { serviceTier: tier } : {}),
    });
    return new CallIdMaker(id.replace(/[^\w-]/g, '').slice(0, 40) || this.seed);
  }
}

function secondsOf(time: unknown): number | null {
  const ms = typeof time === 'string' ? Date.parse(time) : Number.NaN;
  return Number.isNaN(ms) ? null : Math.floor(ms / 1_000);
}
