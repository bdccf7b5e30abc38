import type { TokenUsage } from '@tollgate/contracts';
import type { AnswerPart } from './parts.ts';

export const FINISH_REASONS = [
  'stop',
  'stop_sequence',
  'length',
  'tool_calls',
  'content_filter',
  'refusal',
  /** The vendor paused a long turn; the client sends the answer back to go on. */
  'pause',
  /** The vendor named a reason that no other has. */
  'other',
] as const;
export type FinishReason = (typeof FINISH_REASONS)[number];

export interface Finish {
  readonly reason: FinishReason;
  /** In the provider's own word; null when it gave none. */
  readonly raw: string | null;
  /** The text that ended it, for `stop_sequence`, where the provider says. */
  readonly stopSequence?: string;
  /** Where the vendor's own tools ran, to be named in the next request: as Anthropic writes it, for its clients alone. */
  readonly container?: Readonly<Record<string, unknown>>;
}

/** OpenAI's shape: it is the only one that clients read. */
export interface TokenLogprob {
  readonly token: string;
  readonly logprob: number;
  readonly bytes: readonly number[] | null;
  readonly topLogprobs: readonly Omit<TokenLogprob, 'topLogprobs'>[];
}

export interface Choice {
  readonly index: number;
  readonly parts: readonly AnswerPart[];
  readonly finish: Finish;
  readonly logprobs?: readonly TokenLogprob[];
}

/** A whole answer, whoever gave it. */
export interface Answer {
  /** The provider's id; empty when it gave none. */
  readonly id: string;
  /** As the provider names it. */
  readonly model: string;
  /** Seconds since the epoch; null when the provider did not say. */
  readonly createdAt: number | null;
  readonly choices: readonly Choice[];
  readonly usage: TokenUsage | null;
  readonly serviceTier?: string;
  readonly systemFingerprint?: string;
}
