import type { Conversation, FetchedMediaMap, Losses } from '@tollgate/neutral';
import type { ModelTraits } from './model-traits.ts';

/** What each step of encoding one request must know. */
export interface EncodeContext {
  readonly conversation: Conversation;
  readonly losses: Losses;
  readonly fetched: FetchedMediaMap;
  readonly traits: ModelTraits;
  readonly isVertex: boolean;
  /** The client speaks Google's own wire: what it wrote is not second-guessed. */
  readonly isOwn: boolean;
}

/** A JSON object that is being written. */
export type Json = Record<string, unknown>;
