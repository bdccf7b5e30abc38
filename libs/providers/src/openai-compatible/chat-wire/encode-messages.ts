import { optional } from '@tollgate/dialects';
import type { ImagePart, Message, Part, ToolResultPart } from '@tollgate/neutral';
import { encodeAssistant } from './encode-assistant.ts';
import { cacheField, encodePart } from './encode-parts.ts';
import type { Json, RequestScope } from './request-scope.ts';

/** The messages as the vendor takes them. Results of tools come first in their turn, since they must follow the calls. */
export function encodeMessages(messages: readonly Message[], scope: RequestScope): Json[] {
  const encoded: Json[] = [];
  /** Images of results, where the vendor takes none there: they follow the run of results. */
  let shown: Part[] = [];
  const show = (): void => {
    if (shown.length > 0) encoded.push({ role: 'user', content: encodeContent(shown, scope) });
    shown = [];
  };
  for (const message of messages) {
    const results = message.parts.filter((part) => part.type === 'tool-result');
    const rest = message.parts.filter((part) => part.type !== 'tool-result');
    if (results.length === 0) show();
    for (const result of results) {
      encoded.push(encodeResult(result, message, scope));
      shown.push(...imagesToShow(result, scope));
    }
    if (message.role === 'assistant')
      encoded.push(encodeAssistant({ ...message, parts: rest }, scope));
    else if (rest.length > 0 || results.length === 0) {
      show();
      encoded.push(encodePlain(message, rest, scope));
    }
  }
  show();
  return encoded;
}

function encodePlain({ role, name }: Message, parts: readonly Part[], scope: RequestScope): Json {
  const isKnown = role !== 'developer' || scope.ways.knowsDeveloper;
  const spoken = role === 'tool' ? 'user' : isKnown ? role : 'system';
  return { role: spoken, ...optional('name', name), content: encodeContent(parts, scope) };
}

/** One text without a mark as a string, since every server takes that. */
function encodeContent(parts: readonly Part[], scope: RequestScope): unknown {
  const encoded = parts.map((part) => encodePart(part, scope)).filter((part) => part !== undefined);
  const [first] = encoded;
  if (first === undefined) return '';
  const isPlain = encoded.length === 1 && first['type'] === 'text' && !first['cache_control'];
  return isPlain ? first['text'] : encoded;
}

function encodeResult(part: ToolResultPart, message: Message, scope: RequestScope): Json {
  const { losses, ways } = scope;
  if (part.isError) losses.drop('messages[].content[].is_error');
  const inner = part.parts.filter(({ type }) => type !== 'image' || ways.imagesInResults);
  const named = message.role === 'tool' ? message.name : undefined;
  return {
    role: 'tool',
    ...optional('name', named),
    tool_call_id: scope.ids.of(part.callId),
    content: encodeContent(inner, scope),
    ...cacheField(part.cache, scope),
  };
}

function imagesToShow(part: ToolResultPart, { ways, losses, ids }: RequestScope): Part[] {
  if (ways.imagesInResults) return [];
  const images = part.parts.filter((inner): inner is ImagePart => inner.type === 'image');
  if (images.length === 0) return [];
  losses.adapt('messages[].content[].image_url');
  return [{ type: 'text', text: `Result of ${ids.of(part.callId)}:` }, ...images];
}
