import {
  type Answer,
  type AnswerEvent,
  AnswerFold,
  type Conversation,
  Losses,
} from '@tollgate/neutral';
import type { ChatWire, WireRequest } from '../../src/chat-wire.ts';

export interface ReadStream {
  readonly events: readonly AnswerEvent[];
  readonly phase: string;
  readonly code: string | null;
  readonly usage: unknown;
  readonly finishReason: string | null;
}

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
  sizes: readonly number[] = [bytes.length],
): ReadStream {
  const events: AnswerEvent[] = [];
  const reader = wire.streamReader({ ...request, stream: true }, (event) => events.push(event));
  let turn = 0;
  for (let at = 0; at < bytes.length; ) {
    const size = Math.max(1, sizes[turn++ % sizes.length] ?? 1);
    // A buffer of its own, as sockets give them: nothing may be kept that is overwritten later.
    const slice = Buffer.from(bytes.subarray(at, at + size));
    reader.push(slice);
    at += size;
  }
  reader.end();
  return {
    events,
    phase: reader.phase,
    code: reader.failure?.code ?? null,
    usage: reader.usage,
    finishReason: reader.finishReason,
  };
}

export function foldEvents(events: readonly AnswerEvent[]): Answer {
  const folded = new AnswerFold();
  for (const event of events) folded.push(event);
  return folded.answer();
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
