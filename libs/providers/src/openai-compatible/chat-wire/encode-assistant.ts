import { optional, thoughtSignature } from '@tollgate/dialects';
import type { AudioPart, Message, Part, TextPart, ToolCallPart } from '@tollgate/neutral';
import { cacheField, encodePart } from './encode-parts.ts';
import { encodeReasoningBack } from './encode-reasoning-back.ts';
import type { Json, RequestScope } from './request-scope.ts';

/** A turn of the model's, as it goes back. */
export function encodeAssistant({ name, parts }: Message, scope: RequestScope): Json {
  const calls = parts.filter((part) => part.type === 'tool-call');
  const content = encodeContent(parts, scope);
  const named = optional('name', name);
  return {
    role: 'assistant',
    ...named,
    content: content ?? (calls.length > 0 ? null : ''),
    ...encodeReasoningBack(parts, content, scope),
    ...encodeOtherParts(parts, scope),
    ...optional('tool_calls', listed(calls.map((call) => encodeCall(call, scope)))),
  };
}

/** The texts as one, or in parts where a cache mark stands on one. */
function encodeContent(parts: readonly Part[], scope: RequestScope): unknown {
  const texts: TextPart[] = [];
  for (const part of parts) {
    if (part.type === 'text') texts.push(part);
    else if (part.type === 'refusal' && !scope.ways.refusalBack) {
      scope.losses.adapt('messages[].refusal');
      texts.push({ type: 'text', text: part.text });
    } else if (part.type === 'audio' && !namesItself(part, scope)) texts.push(...said(part, scope));
    else if (part.type === 'foreign' && part.wire !== 'openai-chat') encodePart(part, scope);
  }
  const encoded = texts.map((part) => encodePart(part, scope));
  if (encoded.length === 0) return undefined;
  if (encoded.some((part) => part?.['cache_control'])) return encoded;
  return texts.map(({ text }) => text).join('');
}

/** Sound that was given an id by this wire is named by it; of any other, what it says remains. */
function namesItself({ source }: AudioPart, { ways }: RequestScope): boolean {
  return ways.takesAudio && source.kind === 'file' && source.wire === 'openai-chat';
}

function said({ transcript }: AudioPart, { losses }: RequestScope): TextPart[] {
  if (transcript === undefined) {
    losses.drop('messages[].audio');
    return [];
  }
  losses.adapt('messages[].audio');
  return [{ type: 'text', text: transcript }];
}

/** What stands beside the content of a message. */
function encodeOtherParts(parts: readonly Part[], scope: RequestScope): Json {
  const { ways, losses } = scope;
  const refusal = ways.refusalBack ? textOf(parts, 'refusal') : '';
  const sound = parts.find((part) => part.type === 'audio' && namesItself(part, scope));
  const images = parts.filter((part) => part.type === 'image');
  if (images.length > 0 && !ways.imagesInResults) losses.drop('messages[].content[].image_url');
  const shown = ways.imagesInResults ? images.map((image) => encodePart(image, scope)) : [];
  const annotations = parts.flatMap((part) => (part.type === 'text' ? citedIn(part, scope) : []));
  const sealed = parts.findLast((part) => part.type === 'text' && part.signature !== undefined);
  return {
    ...optional('refusal', refusal === '' ? undefined : refusal),
    ...optional('annotations', listed(annotations)),
    ...optional('images', listed(shown.filter((image) => image !== undefined))),
    ...(sound?.type === 'audio' && sound.source.kind === 'file'
      ? { audio: { id: sound.source.id } }
      : {}),
    ...(sealed?.type === 'text' ? extraContent(sealed.signature, scope) : {}),
  };
}

/** Annotations of this wire go back as they came, where the vendor reads them; others tell the model nothing. */
function citedIn({ citations = [] }: TextPart, { ways, losses }: RequestScope): Json[] {
  const own: Json[] = [];
  for (const { original } of citations) {
    const isOwn = ways.refusalBack && original?.wire === 'openai-chat';
    if (isOwn && isJson(original.json)) own.push(original.json);
    else losses.drop('messages[].annotations');
  }
  return own;
}

function encodeCall(part: ToolCallPart, scope: RequestScope): Json {
  const { name, argumentsText, kind } = part;
  const call =
    kind === 'custom'
      ? { type: 'custom', custom: { name, input: argumentsText } }
      : { type: 'function', function: { name, arguments: argumentsText } };
  return {
    id: scope.ids.of(part.id),
    ...call,
    ...extraContent(part.signature, scope),
    ...cacheField(part.cache, scope),
  };
}

function extraContent(signature: ToolCallPart['signature'], { ways, losses }: RequestScope): Json {
  if (!signature) return {};
  if (ways.takesExtraContent) return { extra_content: thoughtSignature(signature) };
  losses.drop('messages[].extra_content');
  return {};
}

function textOf(parts: readonly Part[], type: 'refusal'): string {
  return parts.map((part) => (part.type === type ? part.text : '')).join('');
}

function listed<Item>(list: readonly Item[]): readonly Item[] | undefined {
  return list.length > 0 ? list : undefined;
}

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
