import type { Citation, Part, TextPart } from '@tollgate/neutral';
import type { WireRequest } from '../chat-wire.ts';
import { encodeAudio, encodeDocument, encodeImage, type Json } from './encode-media.ts';

const WIRE = 'openai-responses';

/** The content of a message that is not the model's own, or of a tool's result. */
export function encodeContent(parts: readonly Part[], request: WireRequest): Json[] {
  return parts.flatMap((part) => {
    const content = encodePart(part, request);
    return content ? [withCacheMark(content, part, request)] : [];
  });
}

function encodePart(part: Part, { losses, fetched }: WireRequest): Json | undefined {
  switch (part.type) {
    case 'text':
      return { type: 'input_text', text: part.text };
    case 'refusal':
      return { type: 'input_text', text: part.text };
    case 'image':
      return encodeImage(part, losses);
    case 'document':
      return encodeDocument(part, losses);
    case 'audio':
      return encodeAudio(part, fetched, losses);
    case 'video':
      losses.refuse('messages[].content[].video_url');
      return undefined;
    case 'foreign':
      if (part.wire === WIRE) return part.json as Json;
      losses.drop(`messages[].content[].${part.name}`);
      return undefined;
    // These are items of their own.
    case 'tool-call':
    case 'tool-result':
    case 'reasoning':
      return undefined;
  }
}

/** Prompts are cached unasked; only who spoke this wire knows which models take marks. */
function withCacheMark(content: Json, part: Part, { conversation, losses }: WireRequest): Json {
  if (!('cache' in part) || part.cache === undefined) return content;
  if (conversation.origin === WIRE)
    return { ...content, prompt_cache_breakpoint: { mode: 'explicit' } };
  losses.drop('messages[].content[].cache_control');
  return content;
}

/** What the model said in an earlier turn. */
export function encodeSaid(part: TextPart, { losses }: WireRequest): Json {
  const own = (part.citations ?? []).filter(isOwn);
  if (own.length < (part.citations ?? []).length) losses.drop('messages[].content[].annotations');
  if (part.cache) losses.drop('messages[].content[].cache_control');
  const annotations = own.map(({ original }) => original?.json);
  return {
    type: 'output_text',
    text: part.text,
    ...(annotations.length > 0 ? { annotations } : {}),
  };
}

function isOwn({ original }: Citation): boolean {
  return original?.wire === WIRE;
}
