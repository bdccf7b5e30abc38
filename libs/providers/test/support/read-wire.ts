import { type AnswerEvent, type Conversation, Losses } from '@tollgate/neutral';
import { readWire, type WireReading } from '../../src/chat-wire.contract.ts';
import type { ChatWire, WireRequest } from '../../src/chat-wire.ts';

export { foldWire as foldEvents } from '../../src/chat-wire.contract.ts';

export const EMPTY_CONVERSATION: Conversation = {
  messages: [],
  others: {},
  origin: 'openai-chat',
};

export function wireRequest(model: string, changes: Partial<WireRequest> = {}): WireRequest {
  return {
    conversation: EMPTY_CONVERSATION,
    model,
    stream: false,
    outputCap: null,
    losses: new Losses('lenient', 'test'),
    fetched: new Map(),
    ...changes,
  };
}

/** Feeds a stream's bytes in slices of the given sizes, used in turn, and keeps what comes out. */
export function readStream(
  wire: ChatWire,
  request: WireRequest,
  bytes: Buffer,
  sizes?: readonly number[],
): WireReading {
  return readWire({ wire, request }, bytes, sizes);
}

/** Whether the events keep the order that `AnswerEvent` promises; names the first that does not. */
export function orderOf(events: readonly AnswerEvent[]): string {
  if (events[0]?.type !== 'start') return 'no start';
  if (events.at(-1)?.type !== 'end') return 'no end';
  const open = new Set<number>();
  for (const event of events) {
    if (event.type === 'part') open.add(event.part);
    else if (event.type === 'part-end' && !open.delete(event.part)) return 'a part ended twice';
    else if ((event.type === 'delta' || event.type === 'citation') && !open.has(event.part))
      return `${event.type} outside of a part`;
    else if (event.type === 'finish' && open.size > 0) return 'a part was left open';
  }
  const count = (type: string): number => events.filter((event) => event.type === type).length;
  return count('start') + count('end') === 2 && count('finish') === 1 && count('usage') <= 1
    ? 'kept'
    : 'told twice';
}
