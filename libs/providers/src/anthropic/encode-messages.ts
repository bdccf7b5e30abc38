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
import { ToolUseIds } from '../tool-use-ids.ts';
import { isRecord } from '../json/json-value.ts';
import { encodeCustomInput } from './custom-tools.ts';
import { encodeDocument, encodeImage, type Json, type MediaContext } from './encode-media.ts';
import type { OwnExtras } from './extras.ts';

export interface MessageContext extends MediaContext {
  readonly extras: OwnExtras;
  readonly isOwnOrigin: boolean;
}

export interface EncodedMessages {
  readonly system: readonly Json[];
  readonly messages: readonly Json[];
}

interface Turn {
  readonly role: string;
  readonly content: Json[];
}

/**
 * Anthropic's messages: what the system or the developer says stands before them, what tools answered in the user's,
 * and neighbours of one role become one message.
 */
export function encodeMessages(
  conversation: Conversation,
  context: MessageContext,
): EncodedMessages {
  const encoder = new PartEncoder(context);
  const system: Json[] = [];
  const turns: Turn[] = [];
  let lastSaid: readonly Json[] = [];
  for (const message of conversation.messages) {
    if (message.name !== undefined) context.losses.drop('messages[].name');
    const content = message.parts.flatMap((part) => encoder.encode(part));
    if (isSystem(message) && (turns.length === 0 || !context.isOwnOrigin)) {
      if (turns.length > 0) context.losses.adapt('messages[].role');
      system.push(...content);
      lastSaid = content;
      continue;
    }
    const role = isSystem(message) ? 'system' : message.role === 'assistant' ? 'assistant' : 'user';
    const last = turns.at(-1);
    if (last?.role === role) last.content.push(...content);
    else if (content.length > 0 || context.isOwnOrigin) turns.push({ role, content });
  }
  if (turns.length === 0 && lastSaid.length > 0 && !context.isOwnOrigin) {
    // Anthropic answers to the user alone: what was said last is the user's then.
    context.losses.adapt('messages[].role');
    turns.push({ role: 'user', content: system.splice(-lastSaid.length) });
  }
  return { system, messages: turns.map(({ role, content }) => ({ role, content })) };
}

export function cacheControl(cache: CacheMark | undefined): Json {
  if (!cache) return {};
  const ttl = cache.ttl === undefined ? {} : { ttl: cache.ttl };
  return { cache_control: { type: 'ephemeral', ...ttl } };
}

function isSystem({ role }: Message): boolean {
  return role === 'system' || role === 'developer';
}

class PartEncoder {
  private readonly ids: ToolUseIds;

  constructor(private readonly context: MessageContext) {
    this.ids = new ToolUseIds(context.losses);
  }

  /** The part's block, none when there is nothing to say or it cannot be said. */
  encode(part: Part): Json[] {
    const block = this.block(part);
    if (!block) return [];
    const cache = 'cache' in part ? cacheControl(part.cache) : {};
    return [{ ...block, ...cache, ...this.context.extras.part(part) }];
  }

  private block(part: Part): Json | undefined {
    const { losses } = this.context;
    switch (part.type) {
      case 'text':
        return this.text(part);
      case 'refusal':
        return part.text === '' ? undefined : { type: 'text', text: part.text };
      case 'image':
        return encodeImage(part, this.context);
      case 'document':
        return encodeDocument(part, this.context);
      case 'audio':
        // What an answer said is known as text as well.
        if (part.transcript) return { type: 'text', text: part.transcript };
        losses.refuse('messages[].content[].input_audio');
        return undefined;
      case 'video':
        losses.refuse('messages[].content[].video_url');
        return undefined;
      case 'tool-call':
        return this.call(part);
      case 'tool-result':
        return this.result(part);
      case 'reasoning':
        return this.reasoning(part);
      case 'foreign':
        if (part.wire === 'anthropic' && isRecord(part.json)) return part.json;
        losses.drop(`messages[].content[].${part.name}`);
        return undefined;
    }
  }

  /** Anthropic refuses empty texts, and they say nothing; its own clients' go as they came. */
  private text({ text, citations = [] }: TextPart): Json | undefined {
    const { losses, isOwnOrigin } = this.context;
    if (text === '' && !isOwnOrigin) return undefined;
    const own = citations.flatMap(({ original }) =>
      original?.wire === 'anthropic' ? [original.json] : [],
    );
    if (own.length < citations.length) losses.drop('messages[].content[].annotations');
    return { type: 'text', text, ...(own.length > 0 ? { citations: own } : {}) };
  }

  private call({ id, name, argumentsText, kind }: ToolCallPart): Json | undefined {
    const text = argumentsText.trim();
    const parsed = text === '' ? {} : parseArguments(text);
    const input = kind === 'custom' ? encodeCustomInput(argumentsText) : parsed;
    if (!isRecord(input)) {
      this.context.losses.refuse('messages[].tool_calls[].function.arguments');
      return undefined;
    }
    return { type: 'tool_use', id: this.idOf(id), name, input };
  }

  private result({ callId, parts, isError }: ToolResultPart): Json {
    const content = parts.flatMap((part) => this.encode(part));
    return {
      type: 'tool_result',
      tool_use_id: this.idOf(callId),
      ...(content.length > 0 ? { content } : {}),
      ...(isError === undefined ? {} : { is_error: isError }),
    };
  }

  /**
   * Thoughts go back with their maker's signature, without which Anthropic refuses them. Claude's signatures hold on
   * every platform that serves Claude (docs.anthropic.com, extended thinking, 2026-11).
   */
  private reasoning({ text, isRedacted, signature }: ReasoningPart): Json | undefined {
    if (signature?.wire === 'anthropic' && isRedacted)
      return { type: 'redacted_thinking', data: signature.value };
    if (!isRedacted && (signature?.wire === 'anthropic' || signature?.wire === 'bedrock'))
      return { type: 'thinking', thinking: text, signature: signature.value };
    this.context.losses.drop('messages[].reasoning_content');
    return undefined;
  }

  private idOf(id: string): string {
    return this.context.isOwnOrigin ? id : this.ids.of(id);
  }
}
