import {
  parseArguments,
  type Opaque,
  type Part,
  type ReasoningPart,
  type TextPart,
  type ToolCallPart,
} from '@tollgate/neutral';
import { isRecord } from '../json/json-value.ts';
import type { EncodeContext, Json } from './encode-context.ts';
import { encodeMedia } from './encode-media.ts';
import { encodeToolResult } from './encode-tool-result.ts';

/** Google's parts for one of ours; none where it was dropped or refused. */
export function encodePart(part: Part, context: EncodeContext): readonly Json[] {
  const { losses } = context;
  switch (part.type) {
    case 'text':
      return encodeText(part, context);
    case 'refusal':
      losses.adapt('messages[].refusal');
      return part.text === '' ? [] : [{ text: part.text }];
    case 'reasoning':
      return encodeReasoning(part, context);
    case 'tool-call':
      return encodeCall(part, context);
    case 'tool-result':
      return encodeToolResult(part, context);
    case 'foreign':
      if (part.wire === 'gemini' && isRecord(part.json)) return [part.json];
      losses.drop(`messages[].content[].${part.name}`);
      return [];
    default: {
      const media = encodeMedia(part, context);
      const name = 'messages[].content[].extra_content';
      const signature = part.type === 'image' ? part.signature : undefined;
      return media ? [{ ...media, ...signed(signature, context, name) }] : [];
    }
  }
}

/** Google refuses a part without content; an empty text says nothing. */
function encodeText(part: TextPart, context: EncodeContext): readonly Json[] {
  const { losses, isOwn } = context;
  if (part.cache) losses.drop('messages[].content[].cache_control');
  if (part.citations?.length) losses.drop('messages[].content[].annotations');
  const signature = signed(part.signature, context, 'messages[].extra_content');
  if (part.text === '' && !isOwn && signature === NONE) return [];
  return [{ text: part.text, ...signature }];
}

function encodeReasoning(part: ReasoningPart, context: EncodeContext): readonly Json[] {
  const signature = signed(part.signature, context, 'messages[].reasoning_details');
  if (part.text === '' && !context.isOwn && signature === NONE) return [];
  return [{ text: part.text, thought: true, ...signature }];
}

function encodeCall(part: ToolCallPart, context: EncodeContext): readonly Json[] {
  const { losses, isVertex } = context;
  if (part.cache) losses.drop('messages[].tool_calls[].cache_control');
  if (part.kind === 'custom') {
    losses.refuse('messages[].tool_calls[].custom');
    return [];
  }
  const args = part.argumentsText.trim() === '' ? {} : parseArguments(part.argumentsText);
  if (!isRecord(args)) {
    losses.refuse('messages[].tool_calls[].function.arguments');
    return [];
  }
  const name = 'messages[].tool_calls[].extra_content';
  return [
    {
      // Vertex pairs by name and order, and refuses ids (its recorded requests have none, 2026-11).
      functionCall: { ...(isVertex ? {} : { id: part.id }), name: part.name, args },
      ...signed(part.signature, context, name),
    },
  ];
}

const NONE: Json = {};

/** Only Google's own signatures mean anything to it. */
function signed(signature: Opaque | undefined, { losses }: EncodeContext, name: string): Json {
  if (signature === undefined) return NONE;
  if (signature.wire === 'gemini') return { thoughtSignature: signature.value };
  losses.drop(name);
  return NONE;
}
