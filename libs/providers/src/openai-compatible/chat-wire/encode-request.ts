import { optional } from '@tollgate/dialects';
import type { Conversation } from '@tollgate/neutral';
import type { WireRequest } from '../../chat-wire.ts';
import type { Quirks } from '../quirks.ts';
import { CallIds } from './call-ids.ts';
import { type ChatWays, chatWaysOf, type OptionalField } from './chat-ways.ts';
import { encodeMessages } from './encode-messages.ts';
import { encodeReasoningWish } from './encode-reasoning-wish.ts';
import { encodeOutputFormat, encodeToolChoice, encodeTools } from './encode-tools.ts';
import type { Json, RequestScope } from './request-scope.ts';

/** The body of a chat completion for this vendor. What it cannot express is told to the request's losses. */
export function encodeChatRequest(request: WireRequest, quirks: Quirks): Json {
  const { conversation, model, stream, outputCap, losses, fetched } = request;
  const ways = chatWaysOf(quirks.slug);
  const { origin } = conversation;
  const ids = new CallIds(ways.callId, losses);
  const scope: RequestScope = { ways, losses, fetched, ids, origin };
  const cap = conversation.maxOutputTokens ?? outputCap ?? undefined;
  return {
    model,
    messages: encodeMessages(conversation.messages, scope),
    ...(stream ? { stream: true } : {}),
    ...(stream && quirks.takesStreamOptions ? { stream_options: { include_usage: true } } : {}),
    ...encodeTools(conversation, scope),
    ...encodeToolChoice(conversation, scope),
    ...encodeOutputFormat(conversation.outputFormat, scope),
    ...optional(quirks.outputCapField, cap),
    ...optional('stop', conversation.stop),
    ...optional('temperature', conversation.temperature),
    ...optional('top_p', conversation.topP),
    ...encodeOptional(conversation, scope),
    ...encodeReasoningWish(conversation.reasoning, scope),
    ...encodeOthers(conversation, scope),
  };
}

/** Fields that only some vendors take. */
function encodeOptional(conversation: Conversation, scope: RequestScope): Json {
  const { ways, losses } = scope;
  const fields: Record<string, unknown> = {};
  for (const [field, name, value] of optionalFields(conversation, ways)) {
    if (value === undefined) continue;
    if (ways.takes.has(field) && !lacksStore(field, conversation, ways)) fields[name] = value;
    else if (!saysNothing(field, value)) {
      if (CHANGES_THE_ANSWER.has(field)) losses.refuse(field);
      else losses.drop(name);
    }
  }
  return fields;
}

function lacksStore(
  field: OptionalField,
  { others }: Conversation,
  { metadataNeedsStore }: ChatWays,
): boolean {
  return field === 'metadata' && metadataNeedsStore && others['store'] !== true;
}

function optionalFields(
  conversation: Conversation,
  { seedField }: ChatWays,
): readonly (readonly [OptionalField, string, unknown])[] {
  return [
    ['top_k', 'top_k', conversation.topK],
    ['seed', seedField, conversation.seed],
    ['frequency_penalty', 'frequency_penalty', conversation.frequencyPenalty],
    ['presence_penalty', 'presence_penalty', conversation.presencePenalty],
    ['logit_bias', 'logit_bias', conversation.logitBias],
    ['logprobs', 'logprobs', conversation.logprobs],
    ['logprobs', 'top_logprobs', conversation.topLogprobs],
    ['n', 'n', conversation.candidates],
    ['modalities', 'modalities', conversation.modalities],
    ['modalities', 'audio', conversation.audio],
    ['verbosity', 'verbosity', conversation.verbosity],
    ['service_tier', 'service_tier', conversation.serviceTier],
    ['user', 'user', conversation.endUser],
    ['prompt_cache_key', 'prompt_cache_key', conversation.promptCacheKey],
    ['metadata', 'metadata', conversation.metadata],
    ['parallel_tool_calls', 'parallel_tool_calls', conversation.parallelToolCalls],
  ];
}

/** Without these it would be another answer: they are refused, not dropped. */
const CHANGES_THE_ANSWER: ReadonlySet<OptionalField> = new Set(['n', 'modalities']);

/** Values that ask for what the vendor does anyway. */
function saysNothing(field: OptionalField, value: unknown): boolean {
  switch (field) {
    case 'n':
      return value === 1;
    case 'modalities':
      return Array.isArray(value) && value.every((modality) => modality === 'text');
    case 'logprobs':
      return value === false || value === 0;
    case 'parallel_tool_calls':
      return value === true;
    case 'service_tier':
      return value === 'auto' || value === 'default';
    default:
      return false;
  }
}

/** The client's own fields go on to a vendor of its own wire; parts of messages that were named there do not. */
function encodeOthers({ others, origin }: Conversation, { losses }: RequestScope): Json {
  const fields: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(others)) {
    if (origin === 'openai-chat' && !name.includes('[')) fields[name] = value;
    else losses.drop(name);
  }
  return fields;
}
