import { type ForeignPart, readOpaque, type ReasoningPart } from '@tollgate/neutral';
import { isObject } from '../chat/fields.ts';
import { foreign, text } from './decode-content.ts';

type Raw = Readonly<Record<string, unknown>>;

/**
 * The parts of a reasoning item, one for each text, with the item's id; what is encrypted stands on the last of them. An
 * item with neither is only a name for what the provider keeps.
 */
export function decodeReasoning(item: Raw): (ReasoningPart | ForeignPart)[] {
  const id = typeof item.id === 'string' && item.id !== '' ? { id: item.id } : {};
  const encrypted = text(item.encrypted_content);
  const signature = encrypted === '' ? undefined : readOpaque(encrypted, 'openai-responses');
  // The texts of other vendors' thoughts were put into the summary, where clients look for them.
  const isOthers = signature !== undefined && signature.wire !== 'openai-responses';
  const summaries = textsOf(item.summary).map((said): ReasoningPart => {
    return { type: 'reasoning', text: said, ...(isOthers ? {} : { isSummary: true }), ...id };
  });
  const thoughts = textsOf(item.content).map((said): ReasoningPart => {
    return { type: 'reasoning', text: said, isSummary: false, ...id };
  });
  const parts = [...summaries, ...thoughts];
  const last = parts.pop();
  if (signature === undefined) return last ? [...parts, last] : [foreign(item)];
  if (!last) return [{ type: 'reasoning', text: '', isRedacted: true, ...id, signature }];
  return [...parts, { ...last, signature }];
}

function textsOf(list: unknown): string[] {
  if (!Array.isArray(list)) return [];
  return list.filter(isObject).map((part) => text(part.text));
}
