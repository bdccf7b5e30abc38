import type { TokenUsage } from '@tollgate/contracts';
import type { Finish, TokenLogprob } from './answer.ts';
import type { AnswerPart, Citation } from './parts.ts';
import type { Opaque } from './opaque.ts';

/**
 * A streamed answer as events. Order: `start`; then for each part `part`, its deltas, `part-end`; parts of one choice
 * one after the other (tool calls of one choice may be open side by side); `finish` once for each choice; `usage` at
 * most once, anywhere before `end`; `end` last. `part` numbers the parts of its choice from 0.
 */
export type AnswerEvent =
  | {
      readonly type: 'start';
      readonly id: string;
      readonly model: string;
      /** Seconds since the epoch. */
      readonly createdAt: number | null;
      readonly serviceTier?: string;
      readonly systemFingerprint?: string;
      /** What is known of usage when the answer begins (Anthropic): for display, not for the bill. */
      readonly usage?: TokenUsage;
    }
  /** A part begins. What it holds already is its beginning: deltas add to `text`, `argumentsText` or `transcript`. */
  | {
      readonly type: 'part';
      readonly choice: number;
      readonly part: number;
      readonly value: AnswerPart;
    }
  /** More of a text, a reasoning text, a refusal, a call's arguments, or a sound's base64. */
  | {
      readonly type: 'delta';
      readonly choice: number;
      readonly part: number;
      readonly text: string;
    }
  /** More of what a sound says. */
  | {
      readonly type: 'transcript';
      readonly choice: number;
      readonly part: number;
      readonly text: string;
    }
  | {
      readonly type: 'signature';
      readonly choice: number;
      readonly part: number;
      readonly signature: Opaque;
    }
  | {
      readonly type: 'citation';
      readonly choice: number;
      readonly part: number;
      readonly citation: Citation;
    }
  | { readonly type: 'logprobs'; readonly choice: number; readonly tokens: readonly TokenLogprob[] }
  | { readonly type: 'part-end'; readonly choice: number; readonly part: number }
  | { readonly type: 'finish'; readonly choice: number; readonly finish: Finish }
  | {
      readonly type: 'usage';
      readonly usage: TokenUsage;
      /** Which tier served the answer, where that is known only now. */
      readonly serviceTier?: string;
    }
  | { readonly type: 'end' };

export type EmitEvent = (event: AnswerEvent) => void;
