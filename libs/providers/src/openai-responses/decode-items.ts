import {
  type AnswerPart,
  type Citation,
  type ForeignPart,
  readOpaque,
  type ReasoningPart,
  type RefusalPart,
  type TextPart,
  type TokenLogprob,
  type ToolCallPart,
} from '@tollgate/neutral';
import { isRecord } from '../json/json-value.ts';
import type { Json } from './encode-media.ts';

const WIRE = 'openai-responses';

/** The parts of one item of the output, in order. */
export function decodeItem(item: Json): readonly AnswerPart[] {
  switch (item.type) {
    case 'message':
      return recordsIn(item.content).map(decodeContentPart);
    case 'function_call':
    case 'custom_tool_call':
      return [decodeCall(item)];
    case 'reasoning':
      return decodeReasoning(item);
    default:
      return [foreign(item)];
  }
}

export function decodeCall(item: Json): ToolCallPart {
  const isCustom = item.type === 'custom_tool_call';
  return {
    type: 'tool-call',
    id: text(item.call_id) || text(item.id),
    name: text(item.name),
    argumentsText: text(isCustom ? item.input : item.arguments),
    kind: isCustom ? 'custom' : 'function',
  };
}

export function decodeContentPart(part: Json): TextPart | RefusalPart | ForeignPart {
  if (part.type === 'refusal') return { type: 'refusal', text: text(part.refusal) };
  if (part.type !== 'output_text') return foreign(part);
  const citations = recordsIn(part.annotations).map(decodeAnnotation);
  return {
    type: 'text',
    text: text(part.text),
    ...(citations.length > 0 ? { citations } : {}),
  };
}

/** One part for each text; what is encrypted stands on the last. An item with neither is only a name. */
function decodeReasoning(item: Json): readonly AnswerPart[] {
  const id = typeof item.id === 'string' && item.id !== '' ? { id: item.id } : {};
  const parts: ReasoningPart[] = [
    ...recordsIn(item.summary).map((part) => thought(text(part.text), true)),
    ...recordsIn(item.content).map((part) => thought(text(part.text), false)),
  ].map((part) => ({ ...part, ...id }));
  const encrypted = text(item.encrypted_content);
  const last = parts.pop();
  if (encrypted === '') return last ? [...parts, last] : [foreign(item)];
  const signature = readOpaque(encrypted, WIRE);
  if (!last) return [{ type: 'reasoning', text: '', isRedacted: true, ...id, signature }];
  return [...parts, { ...last, signature }];
}

function thought(said: string, isSummary: boolean): ReasoningPart {
  return { type: 'reasoning', text: said, isSummary };
}

export function decodeAnnotation(annotation: Json): Citation {
  const { type, url, title, filename, start_index: start, end_index: end } = annotation;
  const name = title ?? filename;
  return {
    kind: type === 'url_citation' ? 'url' : 'document',
    ...(typeof url === 'string' ? { url } : {}),
    ...(typeof name === 'string' ? { title: name } : {}),
    ...(typeof start === 'number' ? { startIndex: start } : {}),
    ...(typeof end === 'number' ? { endIndex: end } : {}),
    original: { wire: WIRE, json: annotation },
  };
}

export function decodeLogprobs(list: unknown): TokenLogprob[] {
  return recordsIn(list).map((one) => ({
    ...probability(one),
    topLogprobs: recordsIn(one.top_logprobs).map(probability),
  }));
}

function probability(one: Json): Omit<TokenLogprob, 'topLogprobs'> {
  const bytes = Array.isArray(one.bytes)
    ? one.bytes.filter((byte) => typeof byte === 'number')
    : null;
  const logprob = typeof one.logprob === 'number' ? one.logprob : 0;
  return { token: text(one.token), logprob, bytes };
}

function foreign(json: Json): ForeignPart {
  return { type: 'foreign', wire: WIRE, name: text(json.type) || 'unknown', json };
}

export function recordsIn(list: unknown): Json[] {
  return Array.isArray(list) ? list.filter(isRecord) : [];
}

export function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
