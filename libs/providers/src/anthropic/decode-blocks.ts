import type { AnswerPart, Citation } from '@tollgate/neutral';
import { isRecord } from '../json/json-value.ts';
import { decodeCustomInput } from './custom-tools.ts';

type Json = Readonly<Record<string, unknown>>;

/**
 * A block of an answer as a part. What is streamed after its start is added by the stream's deltas.
 * @param custom the names of tools that take free text
 */
export function decodeBlock(block: Json, custom: ReadonlySet<string>): AnswerPart {
  const { type, text, thinking, signature, data, id, name, input } = block;
  if (type === 'text' && typeof text === 'string') {
    const citations = Array.isArray(block.citations) ? block.citations.filter(isRecord) : [];
    return {
      type,
      text,
      ...(citations.length > 0 ? { citations: citations.map(decodeCitation) } : {}),
    };
  }
  if (type === 'thinking' && typeof thinking === 'string') {
    const isSigned = typeof signature === 'string' && signature !== '';
    return {
      type: 'reasoning',
      text: thinking,
      ...(isSigned ? { signature: { wire: 'anthropic', value: signature } } : {}),
    };
  }
  if (type === 'redacted_thinking' && typeof data === 'string') {
    const own = { wire: 'anthropic', value: data } as const;
    return { type: 'reasoning', text: '', isRedacted: true, signature: own };
  }
  if (
    type === 'tool_use' &&
    typeof id === 'string' &&
    typeof name === 'string' &&
    isDirect(block)
  ) {
    const call = { type: 'tool-call', id, name } as const;
    return custom.has(name)
      ? { ...call, argumentsText: decodeCustomInput(input), kind: 'custom' }
      : { ...call, argumentsText: JSON.stringify(input ?? {}), kind: 'function' };
  }
  return { type: 'foreign', wire: 'anthropic', name: String(type), json: block };
}

/** A citation as it was written, beside what every vendor understands of it. */
export function decodeCitation(json: Json): Citation {
  const { url, source, cited_text: citedText, document_index: documentIndex } = json;
  const title = json.title ?? json.document_title;
  const link = [url, source].find(isLink);
  return {
    kind: typeof documentIndex === 'number' ? 'document' : link === undefined ? 'other' : 'url',
    ...(link === undefined ? {} : { url: link }),
    ...(typeof title === 'string' ? { title } : {}),
    ...(typeof citedText === 'string' ? { citedText } : {}),
    ...(typeof documentIndex === 'number' ? { documentIndex } : {}),
    original: { wire: 'anthropic', json },
  };
}

/** Called by the model itself, not by code that runs at Anthropic. */
function isDirect({ caller }: Json): boolean {
  return !isRecord(caller) || caller.type === 'direct';
}

function isLink(value: unknown): value is string {
  return typeof value === 'string' && /^https?:\/\//.test(value);
}
