import { fail, failure, type Failure, type Result, succeed } from '@tollgate/contracts';
import type { Conversation, Tool } from '@tollgate/neutral';
import { isObject } from '../chat/fields.ts';
import { FieldReader } from '../json/field-reader.ts';
import { optional } from '../json/optional.ts';
import { decodeMessages } from './decode-messages.ts';
import { decodeReasoningWish } from './decode-reasoning.ts';
import {
  decodeFunction,
  decodeOutputFormat,
  decodeToolChoice,
  decodeTools,
} from './decode-tools.ts';

/** Fields that mean something to the gateway and nothing to a model. */
const NOT_THE_MODELS = ['model', 'stream', 'stream_options', 'response_profile'] as const;

/** A body of OpenAI's chat completions in neutral terms. */
export function decodeChatRequest(
  fields: Readonly<Record<string, unknown>>,
): Result<Conversation, Failure> {
  const body = new FieldReader(fields);
  body.skip(...NOT_THE_MODELS);
  const decoded = decodeMessages(body.list('messages'));
  if (!decoded.ok) return invalid(decoded.param, decoded.message);
  const conversation: Omit<Conversation, 'others'> = {
    messages: decoded.messages,
    ...toolFields(body),
    ...optional('outputFormat', understood(body, 'response_format', decodeOutputFormat)),
    ...samplingFields(body),
    ...optional('reasoning', decodeReasoningWish(body)),
    ...optional('modalities', understood(body, 'modalities', decodeModalities)),
    ...optional('audio', body.object('audio')),
    ...optional('verbosity', body.text('verbosity')),
    ...optional('serviceTier', body.text('service_tier')),
    ...optional('endUser', body.text('user')),
    ...optional('promptCacheKey', body.text('prompt_cache_key')),
    ...optional('metadata', understood(body, 'metadata', decodeMetadata)),
    origin: 'openai-chat',
  };
  if (body.problem) return invalid(body.problem.param, body.problem.message);
  return succeed({ ...conversation, others: { ...body.rest(), ...decoded.unknown } });
}

function samplingFields(body: FieldReader): Partial<Conversation> {
  const newCap = body.number('max_completion_tokens');
  const oldCap = body.number('max_tokens');
  const seed = body.number('seed');
  const mistralSeed = body.number('random_seed');
  return {
    ...optional('maxOutputTokens', newCap ?? oldCap),
    ...optional('stop', understood(body, 'stop', decodeStop)),
    ...optional('temperature', body.number('temperature')),
    ...optional('topP', body.number('top_p')),
    ...optional('topK', body.number('top_k')),
    ...optional('seed', seed ?? mistralSeed),
    ...optional('frequencyPenalty', body.number('frequency_penalty')),
    ...optional('presencePenalty', body.number('presence_penalty')),
    ...optional('logitBias', understood(body, 'logit_bias', decodeLogitBias)),
    ...optional('logprobs', body.flag('logprobs')),
    ...optional('topLogprobs', body.number('top_logprobs')),
    ...optional('candidates', body.number('n')),
  };
}

/** `web_search_options` is OpenAI's way to ask for what others have as a tool. */
function toolFields(body: FieldReader): Partial<Conversation> {
  const tools: Tool[] = decodeTools(body.list('tools') ?? []);
  const functions = body.list('functions') ?? [];
  tools.push(...functions.filter(isObject).map(decodeFunction));
  const search = body.object('web_search_options');
  if (search)
    tools.push({
      type: 'server',
      wire: 'openai-chat',
      kind: 'web_search',
      name: 'web_search_options',
      json: search,
    });
  const choice =
    understood(body, 'tool_choice', decodeToolChoice) ??
    understood(body, 'function_call', decodeToolChoice);
  return {
    ...(tools.length > 0 ? { tools } : {}),
    ...optional('toolChoice', choice),
    ...optional('parallelToolCalls', body.flag('parallel_tool_calls')),
  };
}

/** Takes the field only if its value is understood: else it stays among the `others`. */
function understood<Value>(
  body: FieldReader,
  name: string,
  decode: (value: unknown) => Value | undefined,
): Value | undefined {
  const value = decode(body.fields[name]);
  if (value !== undefined) body.skip(name);
  return value;
}

function decodeStop(value: unknown): string[] | undefined {
  const list: unknown = typeof value === 'string' ? [value] : value;
  return Array.isArray(list) && list.every((text) => typeof text === 'string') ? list : undefined;
}

function decodeModalities(value: unknown): Conversation['modalities'] {
  return Array.isArray(value) && value.every(isModality) ? value : undefined;
}

function isModality(value: unknown): value is 'text' | 'audio' | 'image' {
  return value === 'text' || value === 'audio' || value === 'image';
}

function decodeLogitBias(value: unknown): Record<string, number> | undefined {
  if (!isObject(value)) return undefined;
  const entries = Object.entries(value).map(([token, bias]) => [token, Number(bias)] as const);
  return entries.every(([, bias]) => Number.isFinite(bias))
    ? Object.fromEntries(entries)
    : undefined;
}

function decodeMetadata(value: unknown): Record<string, string> | undefined {
  if (!isObject(value)) return undefined;
  const entries = Object.entries(value).map(([key, text]) => [key, String(text)] as const);
  return Object.fromEntries(entries);
}

function invalid(param: string, message: string): Result<never, Failure> {
  return fail(failure('request.validation_error', { param, message }));
}
