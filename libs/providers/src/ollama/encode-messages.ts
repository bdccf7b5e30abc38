import {
  type ImagePart,
  type Losses,
  type Message,
  nameOfCall,
  type Part,
  type ReasoningPart,
  type ToolCallPart,
  type ToolResultPart,
  parseArguments,
} from '@tollgate/neutral';
import type { WireRequest } from '../chat-wire.ts';
import { isRecord } from '../json/json-value.ts';

export type JsonObject = Record<string, unknown>;

/** One message of Ollama's: one text, with images, thoughts and calls beside it. */
interface OpenMessage {
  readonly texts: string[];
  readonly images: string[];
  readonly thoughts: string[];
  readonly calls: JsonObject[];
}

/** Each result of a tool is a message of its own; several texts of one message are joined with a line break. */
export function encodeMessages(request: WireRequest): readonly JsonObject[] {
  const { losses } = request;
  return request.conversation.messages.flatMap((message) => {
    if (message.name !== undefined) losses.drop('messages[].name');
    const results: JsonObject[] = [];
    const open: OpenMessage = { texts: [], images: [], thoughts: [], calls: [] };
    for (const part of message.parts) {
      if (part.type === 'tool-result') results.push(encodeResult(part, request));
      else addPart(open, part, request);
    }
    const isEmpty = Object.values(open).every((list: readonly unknown[]) => list.length === 0);
    return isEmpty && results.length > 0
      ? results
      : [...results, { role: roleOf(message), ...written(open, losses) }];
  });
}

function roleOf({ role }: Message): string {
  if (role === 'developer') return 'system';
  return role === 'tool' ? 'user' : role;
}

function written({ texts, images, thoughts, calls }: OpenMessage, losses: Losses): JsonObject {
  if (texts.length > 1) losses.adapt('messages[].content');
  return {
    content: texts.join('\n'),
    ...(thoughts.length === 0 ? {} : { thinking: thoughts.join('\n') }),
    ...(images.length === 0 ? {} : { images }),
    ...(calls.length === 0 ? {} : { tool_calls: calls }),
  };
}

function addPart(open: OpenMessage, part: Part, request: WireRequest): void {
  const { losses } = request;
  if ('cache' in part && part.cache) losses.drop('messages[].content[].cache_control');
  switch (part.type) {
    case 'text':
      if (part.citations?.length) losses.drop('messages[].content[].annotations');
      if (part.signature) losses.drop('messages[].content[].extra_content');
      if (part.text !== '') open.texts.push(part.text);
      return;
    case 'refusal':
      losses.adapt('messages[].refusal');
      open.texts.push(part.text);
      return;
    case 'image':
      return addImage(open.images, part, request);
    case 'tool-call':
      return addCall(open.calls, part, losses);
    case 'reasoning':
      return addThoughts(open.thoughts, part, losses);
    case 'audio':
    case 'video':
    case 'document':
      return losses.refuse(REFUSED[part.type]);
    case 'foreign':
      return losses.drop(`messages[].content[].${part.name}`);
    case 'tool-result':
      return;
  }
}

const REFUSED = {
  audio: 'messages[].content[].input_audio',
  video: 'messages[].content[].video_url',
  document: 'messages[].content[].file',
} as const;

function addImage(images: string[], part: ImagePart, { fetched, losses }: WireRequest): void {
  const { source, detail } = part;
  if (detail !== undefined && detail !== 'auto')
    losses.drop('messages[].content[].image_url.detail');
  const base64 =
    source.kind === 'data'
      ? source.base64
      : source.kind === 'url'
        ? fetched.get(source.url)?.base64
        : undefined;
  if (base64 === undefined) losses.refuse('messages[].content[].image_url');
  else images.push(base64);
}

function addCall(calls: JsonObject[], part: ToolCallPart, losses: Losses): void {
  if (part.signature) losses.drop('messages[].tool_calls[].extra_content');
  const text = part.argumentsText.trim();
  const args = text === '' ? {} : parseArguments(text);
  if (part.kind === 'custom' || !isRecord(args))
    return losses.refuse('messages[].tool_calls[].function.arguments');
  calls.push({ id: part.id, function: { name: part.name, arguments: args } });
}

/** Thoughts are plain text here; what only their maker can read is not. */
function addThoughts(thoughts: string[], part: ReasoningPart, losses: Losses): void {
  if (part.signature || part.isRedacted) losses.drop('messages[].reasoning_details');
  if (part.text !== '') thoughts.push(part.text);
}

function encodeResult(part: ToolResultPart, request: WireRequest): JsonObject {
  const { losses, conversation } = request;
  const open: OpenMessage = { texts: [], images: [], thoughts: [], calls: [] };
  for (const inner of part.parts) addPart(open, inner, request);
  if (part.isError) losses.drop('messages[].content[].is_error');
  if (part.cache) losses.drop('messages[].content[].cache_control');
  const name = part.name ?? nameOfCall(conversation.messages, part.callId);
  return {
    role: 'tool',
    ...written(open, losses),
    ...(name === undefined ? {} : { tool_name: name }),
    tool_call_id: part.callId,
  };
}
