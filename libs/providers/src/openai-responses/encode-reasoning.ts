import type { ReasoningPart } from '@tollgate/neutral';
import type { WireRequest } from '../chat-wire.ts';
import type { Json } from './encode-media.ts';

const WIRE = 'openai-responses';

/**
 * Reasoning parts that follow one another, as items: what bears one id, or leads up to one encrypted content, is one item.
 * Thoughts of other vendors cannot be given back here.
 */
export function encodeReasoning(parts: readonly ReasoningPart[], request: WireRequest): Json[] {
  const { conversation, losses } = request;
  return itemsOf(parts).flatMap((item) => {
    const signature = item.at(-1)?.signature;
    const isOwn = signature === undefined ? conversation.origin === WIRE : signature.wire === WIRE;
    if (isOwn) return [encodeItem(item, signature?.value)];
    losses.drop('messages[].reasoning_content');
    return [];
  });
}

function itemsOf(parts: readonly ReasoningPart[]): ReasoningPart[][] {
  const items: ReasoningPart[][] = [];
  for (const part of parts) {
    const open = items.at(-1);
    const last = open?.at(-1);
    const continues = last && last.signature === undefined && last.id === part.id;
    if (open && continues) open.push(part);
    else items.push([part]);
  }
  return items;
}

function encodeItem(parts: readonly ReasoningPart[], encrypted: string | undefined): Json {
  const id = parts[0]?.id;
  const said = parts.filter(({ text }) => text !== '');
  const content = said
    .filter(({ isSummary }) => isSummary === false)
    .map(({ text }) => ({ type: 'reasoning_text', text }));
  return {
    type: 'reasoning',
    ...(id === undefined ? {} : { id }),
    summary: said
      .filter(({ isSummary }) => isSummary !== false)
      .map(({ text }) => ({ type: 'summary_text', text })),
    ...(content.length > 0 ? { content } : {}),
    ...(encrypted === undefined ? {} : { encrypted_content: encrypted }),
  };
}
