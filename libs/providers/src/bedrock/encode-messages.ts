import {
  parseArguments,
  type CacheMark,
  type Conversation,
  type Message,
  type Part,
  type ReasoningPart,
  type TextPart,
  type ToolCallPart,
  type ToolResultPart,
} from '@tollgate/neutral';
import { isRecord } from '../json/json-value.ts';
import { encodeMedia, type MediaContext } from './encode-media.ts';
import type { ModelFamily } from './model-family.ts';
import type { ToolUseIds } from '../tool-use-ids.ts';
import type { JsonObject } from './wire.ts';

export interface MessageContext extends MediaContext {
  readonly family: ModelFamily;
  readonly ids: ToolUseIds;
}

export interface EncodedMessages {
  readonly system: readonly JsonObject[];
  readonly messages: readonly JsonObject[];
}

interface OpenMessage {
  readonly role: 'user' | 'assistant';
  readonly content: JsonObject[];
}

/**
 * Converse has two roles that must take turns: neighbours of one role become one message, results of tools stand in the
 * user's, and all that the system or the developer says stands before the conversation.
 */
export function encodeMessages(
  { messages }: Conversation,
  context: MessageContext,
): EncodedMessages {
  const system: JsonObject[] = [];
  const turns: OpenMessage[] = [];
  for (const message of messages) {
    if (message.name !== undefined) context.losses.drop('messages[].name');
    if (message.role === 'system' || message.role === 'developer') {
      if (turns.length > 0) context.losses.adapt('messages[].role');
      system.push(...encodeParts(message, context));
      continue;
    }
    const role = message.role === 'assistant' ? 'assistant' : 'user';
    const content = encodeParts(message, context);
    const last = turns.at(-1);
    if (last?.role === role) last.content.push(...content);
    else turns.push({ role, content });
  }
  return { system, messages: turns.map(({ role, content }) => ({ role, content })) };
}

/** `cachePoint` for a mark: everything before it may be cached. */
export function cachePoint(mark: CacheMark): JsonObject {
  return { cachePoint: { type: 'default', ...(mark.ttl === undefined ? {} : { ttl: mark.ttl }) } };
}

function encodeParts({ parts }: Message, context: MessageContext): JsonObject[] {
  const blocks: JsonObject[] = [];
  for (const part of parts) {
    // Converse refuses empty text; beside other parts it says nothing.
    if (part.type === 'text' && part.text === '' && parts.length > 1) continue;
    const block = encodePart(part, context);
    if (block) blocks.push(block);
    if ('cache' in part && part.cache) blocks.push(cachePoint(part.cache));
  }
  return blocks;
}

function encodePart(part: Part, context: MessageContext): JsonObject | undefined {
  switch (part.type) {
    case 'text':
      return encodeText(part, context);
    case 'refusal':
      context.losses.adapt('messages[].refusal');
      return { text: part.text };
    case 'image':
    case 'audio':
    case 'video':
    case 'document':
      return encodeMedia(part, context);
    case 'tool-call':
      return encodeToolCall(part, context);
    case 'tool-result':
      return encodeToolResult(part, context);
    case 'reasoning':
      return encodeReasoning(part, context);
    case 'foreign':
      if (part.wire === 'bedrock' && isRecord(part.json)) return { ...part.json };
      context.losses.drop(`messages[].content[].${part.name}`);
      return undefined;
  }
}

/** Citations go back as Bedrock gave them; those of other vendors mean nothing to it. */
function encodeText(part: TextPart, { losses }: MessageContext): JsonObject {
  const { text, citations = [] } = part;
  if (part.signature) losses.drop('messages[].content[].extra_content');
  if (citations.length === 0) return { text };
  const own = citations.flatMap(({ original }) =>
    original?.wire === 'bedrock' ? [original.json] : [],
  );
  if (own.length < citations.length) losses.drop('messages[].content[].annotations');
  if (own.length === 0) return { text };
  const content = text === '' ? {} : { content: [{ text }] };
  return { citationsContent: { ...content, citations: own } };
}

function encodeToolCall(part: ToolCallPart, context: MessageContext): JsonObject | undefined {
  if (part.signature) context.losses.drop('messages[].tool_calls[].extra_content');
  const text = part.argumentsText.trim();
  const input = text === '' ? {} : parseArguments(text);
  if (part.kind === 'custom' || !isRecord(input)) {
    context.losses.refuse('messages[].tool_calls[].function.arguments');
    return undefined;
  }
  return { toolUse: { toolUseId: context.ids.of(part.id), name: part.name, input } };
}

function encodeToolResult(part: ToolResultPart, context: MessageContext): JsonObject {
  const content = part.parts.flatMap((inner) => {
    if (inner.cache) context.losses.drop('messages[].content[].cache_control');
    const block = inner.type === 'text' ? { text: inner.text } : encodeMedia(inner, context);
    return block ? [block] : [];
  });
  const status = part.isError ? { status: 'error' } : {};
  return { toolResult: { toolUseId: context.ids.of(part.callId), content, ...status } };
}

/**
 * Thoughts go back with the signature that their maker gave them. Claude's signatures hold on every platform that serves
 * Claude (docs.anthropic.com, extended thinking); Claude refuses thoughts without one, DeepSeek all thoughts.
 */
function encodeReasoning(part: ReasoningPart, context: MessageContext): JsonObject | undefined {
  const { family, losses } = context;
  const { signature } = part;
  const isReadable =
    signature?.wire === 'bedrock' ||
    (signature?.wire === 'anthropic' && (family === 'anthropic' || family === 'unknown'));
  const reasoning = reasoningContent(part, isReadable ? signature?.value : undefined, family);
  if (!reasoning) losses.drop('messages[].reasoning_content');
  return reasoning && { reasoningContent: reasoning };
}

function reasoningContent(
  { text, isRedacted, signature }: ReasoningPart,
  own: string | undefined,
  family: ModelFamily,
): JsonObject | undefined {
  if (isRedacted)
    return own !== undefined && signature?.wire === 'bedrock'
      ? { redactedContent: own }
      : undefined;
  if (own !== undefined) return { reasoningText: { text, signature: own } };
  const takesUnsigned = family === 'nova' || family === 'openai' || family === 'other';
  return takesUnsigned && text !== '' ? { reasoningText: { text } } : undefined;
}
