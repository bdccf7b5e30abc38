import type { Message, Part, ReasoningPart, ToolCallPart, ToolResultPart } from '@tollgate/neutral';
import type { WireRequest } from '../chat-wire.ts';
import { encodeContent, encodeSaid } from './encode-content.ts';
import type { Json } from './encode-media.ts';
import { encodeReasoning } from './encode-reasoning.ts';

const WIRE = 'openai-responses';

/** The conversation as input items, in its order. */
export function encodeItems(request: WireRequest): Json[] {
  return request.conversation.messages.flatMap((message) => {
    if (message.name !== undefined) request.losses.drop('messages[].name');
    return message.role === 'assistant'
      ? encodeTurn(message, request)
      : encodeMessage(message, request);
  });
}

/** A message, and before it the results that stand in it. */
function encodeMessage({ role, parts }: Message, request: WireRequest): Json[] {
  const results = parts.filter((part) => part.type === 'tool-result');
  const items = results.map((part) => encodeResult(part, request));
  const rest = parts.filter((part) => part.type !== 'tool-result');
  if (role === 'tool') return [...items, ...rest.flatMap((part) => ownItem(part, request))];
  const content = encodeContent(rest, request);
  if (content.length > 0) items.push({ role, content });
  return items;
}

/** What the model gave in one turn: texts that follow one another are one message. */
function encodeTurn({ parts }: Message, request: WireRequest): Json[] {
  const items: Json[] = [];
  for (const run of runsOf(parts)) {
    const thoughts = run.filter((part): part is ReasoningPart => part.type === 'reasoning');
    if (thoughts.length > 0) items.push(...encodeReasoning(thoughts, request));
    const content = run.flatMap((part) => encodeSpoken(part, request));
    if (content.length > 0) items.push({ role: 'assistant', content });
    for (const part of run) {
      if (part.type === 'tool-call') items.push(encodeCall(part, request));
      else if (part.type === 'tool-result') items.push(encodeResult(part, request));
      else if (part.type === 'foreign') items.push(...ownItem(part, request));
    }
  }
  return items;
}

type Kind = 'message' | 'reasoning' | 'item';

/** Neighbours that become one item, or one group of them. */
function runsOf(parts: readonly Part[]): Part[][] {
  const runs: Part[][] = [];
  let last: Kind | null = null;
  for (const part of parts) {
    const kind = kindOf(part);
    if (kind === last && kind !== 'item') runs.at(-1)?.push(part);
    else runs.push([part]);
    last = kind;
  }
  return runs;
}

function kindOf({ type }: Part): Kind {
  if (type === 'reasoning') return 'reasoning';
  return type === 'tool-call' || type === 'tool-result' || type === 'foreign' ? 'item' : 'message';
}

function encodeSpoken(part: Part, request: WireRequest): Json[] {
  const { losses } = request;
  switch (part.type) {
    case 'text':
      if (part.signature) losses.drop('messages[].content[].extra_content');
      return [encodeSaid(part, request)];
    case 'refusal':
      return [{ type: 'refusal', refusal: part.text }];
    case 'audio':
      if (part.transcript === undefined) losses.refuse('messages[].audio');
      else losses.adapt('messages[].audio');
      return [{ type: 'output_text', text: part.transcript ?? '' }];
    case 'image':
      losses.refuse('messages[].content[].image_url');
      return [];
    case 'document':
    case 'video':
      losses.refuse('messages[].content[].file');
      return [];
    default:
      return [];
  }
}

function encodeCall(part: ToolCallPart, { losses }: WireRequest): Json {
  const { id, name, argumentsText, kind } = part;
  if (part.signature) losses.drop('messages[].tool_calls[].extra_content');
  if (part.cache) losses.drop('messages[].tool_calls[].cache_control');
  return kind === 'custom'
    ? { type: 'custom_tool_call', call_id: id, name, input: argumentsText }
    : { type: 'function_call', call_id: id, name, arguments: argumentsText };
}

function encodeResult(part: ToolResultPart, request: WireRequest): Json {
  const { losses } = request;
  if (part.isError) losses.drop('messages[].is_error');
  const [only] = part.parts;
  const isPlain = part.parts.length === 0 || (part.parts.length === 1 && only?.type === 'text');
  const output =
    isPlain && !only?.cache
      ? only?.type === 'text'
        ? only.text
        : ''
      : encodeContent(part.parts, request);
  if (part.cache) losses.drop('messages[].cache_control');
  const type = part.kind === 'custom' ? 'custom_tool_call_output' : 'function_call_output';
  return { type, call_id: part.callId, output };
}

/** An item that only this wire knows. */
function ownItem(part: Part, { losses }: WireRequest): Json[] {
  if (part.type !== 'foreign') {
    losses.drop(`messages[].content[].${part.type}`);
    return [];
  }
  if (part.wire === WIRE) return [part.json as Json];
  losses.drop(`messages[].content[].${part.name}`);
  return [];
}
