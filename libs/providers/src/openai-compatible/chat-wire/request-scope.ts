import type { Conversation, FetchedMediaMap, Losses } from '@tollgate/neutral';
import type { CallIds } from './call-ids.ts';
import type { ChatWays } from './chat-ways.ts';

/** What encoding one request shares. */
export interface RequestScope {
  readonly ways: ChatWays;
  readonly losses: Losses;
  readonly fetched: FetchedMediaMap;
  readonly ids: CallIds;
  readonly origin: Conversation['origin'];
}

/** A value of the wire's JSON. */
export type Json = Readonly<Record<string, unknown>>;
