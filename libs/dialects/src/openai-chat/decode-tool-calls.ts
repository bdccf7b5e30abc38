import { readOpaque, type ToolCallPart } from '@tollgate/neutral';
import { isObject } from '../chat/fields.ts';
import { optional } from '../json/optional.ts';
import { decodeCacheMark } from './cache-mark.ts';

type Fields = Readonly<Record<string, unknown>>;

/** One of a message's `tool_calls`; undefined when it is none. */
export function decodeToolCall(call: unknown): ToolCallPart | undefined {
  if (!isObject(call)) return undefined;
  const { custom, id } = call;
  const isCustom = isObject(custom);
  const named = isCustom ? custom : call['function'];
  if (!isObject(named)) return undefined;
  return {
    type: 'tool-call',
    id: typeof id === 'string' ? id : '',
    name: typeof named['name'] === 'string' ? named['name'] : '',
    argumentsText: argumentsText(isCustom ? named['input'] : named['arguments']),
    kind: isCustom ? 'custom' : 'function',
    ...optional('signature', readThoughtSignature(call)),
    ...optional('cache', decodeCacheMark(call['cache_control'])),
  };
}

/** Some clients send the object itself. */
export function argumentsText(value: unknown): string {
  if (typeof value === 'string') return value;
  return value === undefined || value === null ? '' : JSON.stringify(value);
}

/** `extra_content.google.thought_signature`, as Google's own OpenAI endpoint has it on calls and on messages. */
export function readThoughtSignature(holder: Fields): ToolCallPart['signature'] {
  const extra = holder['extra_content'];
  const google = isObject(extra) ? extra['google'] : undefined;
  const signature = isObject(google) ? google['thought_signature'] : undefined;
  return typeof signature === 'string' ? readOpaque(signature, 'gemini') : undefined;
}
