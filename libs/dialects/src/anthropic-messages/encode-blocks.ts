import {
  type AnswerPart,
  carryOpaque,
  type MediaSource,
  type Opaque,
  type ToolCallPart,
  parseArguments,
} from '@tollgate/neutral';
import { isObject } from '../chat/fields.ts';
import { encodeCitation } from './encode-citation.ts';

type Block = Readonly<Record<string, unknown>> & { readonly type: string };

/** The content blocks of a whole part: none for what only another vendor's clients understand. */
export function encodeBlocks(part: AnswerPart): readonly Block[] {
  switch (part.type) {
    case 'text': {
      const citations = part.citations ?? [];
      const block = {
        ...textBlock(part.text),
        ...(citations.length > 0 ? { citations: citations.map(encodeCitation) } : {}),
      };
      return part.signature ? [block, redacted(part.signature)] : [block];
    }
    case 'refusal':
      return [textBlock(part.text)];
    case 'reasoning':
      if (part.isRedacted) return part.signature ? [redacted(part.signature)] : [];
      return [thinkingBlock(part.text, part.signature)];
    case 'tool-call':
      return [...beforeCall(part), callBlock(part, readInput(part))];
    case 'audio':
      return [textBlock(part.transcript ?? '')];
    case 'image': {
      const block = imageBlock(part.source);
      if (!block) return [];
      return part.signature ? [block, redacted(part.signature)] : [block];
    }
    case 'foreign':
      return part.wire === 'anthropic' && isBlock(part.json) ? [part.json] : [];
  }
}

export function textBlock(text: string): Block {
  return { type: 'text', text };
}

export function thinkingBlock(thinking: string, signature: Opaque | undefined): Block {
  return {
    type: 'thinking',
    thinking,
    signature: signature ? carryOpaque(signature, 'anthropic') : '',
  };
}

/** What its maker alone can read, in a block that clients send back unread. */
export function redacted(signature: Opaque): Block {
  return { type: 'redacted_thinking', data: carryOpaque(signature, 'anthropic') };
}

/** A call's signature travels in a block of its own, right before the call. */
export function beforeCall({ signature }: ToolCallPart): readonly Block[] {
  return signature ? [redacted(signature)] : [];
}

export function callBlock({ id, name }: ToolCallPart, input: unknown): Block {
  return { type: 'tool_use', id, name, input, caller: { type: 'direct' } };
}

/** Arguments as an object: a custom tool's text, and what is no JSON object, stands under `input`. */
export function readInput({
  argumentsText,
  kind,
}: ToolCallPart): Readonly<Record<string, unknown>> {
  if (kind === 'function') {
    if (argumentsText.trim() === '') return {};
    const value = parseArguments(argumentsText);
    if (isObject(value)) return value;
  }
  return { input: argumentsText };
}

export function isBlock(json: unknown): json is Block {
  return isObject(json) && typeof json['type'] === 'string';
}

/** Anthropic's models draw nothing: the form is that of an image in a request. */
function imageBlock(source: MediaSource): Block | undefined {
  if (source.kind === 'url') return { type: 'image', source: { type: 'url', url: source.url } };
  if (source.kind !== 'data') return undefined;
  const { mediaType, base64 } = source;
  return { type: 'image', source: { type: 'base64', media_type: mediaType, data: base64 } };
}
