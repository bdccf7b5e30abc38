import { isObject, type JsonObject } from '../json-schema/json.ts';
import { parseResponseFormat, type ResponseFormat } from './response-format.ts';
import { invalidRequest, isRefusal, type Refusal } from './refusal.ts';
import { parseToolChoice, parseTools, type ToolChoice, type ToolDefinition } from './tools.ts';

export type Message = JsonObject;

/** A chat completion request, checked. */
export interface ChatRequest {
  readonly model: string;
  readonly messages: readonly Message[];
  readonly isStream: boolean;
  /** `stream_options.include_usage`. */
  readonly includesUsage: boolean;
  readonly choices: number;
  /** The output cap, reasoning included; null without one. */
  readonly maxTokens: number | null;
  readonly stop: readonly string[];
  readonly tools: readonly ToolDefinition[];
  readonly toolChoice: ToolChoice;
  readonly allowsParallelCalls: boolean;
  readonly responseFormat: ResponseFormat;
  /** Whom the caller asks for, where it says so as OpenAI's chat does. */
  readonly user?: string | null;
}

const mostChoices = 128;
const mostStops = 4;

/** `deployment` is the model that Azure names in the path; it stands in for the body's. */
export function parseChatRequest(
  body: JsonObject,
  deployment: string | null,
): ChatRequest | Refusal {
  const model = deployment ?? body.model;
  if (typeof model !== 'string' || model === '') {
    return invalidRequest('you must provide a model parameter', 'model');
  }
  const messages = body.messages;
  if (!Array.isArray(messages) || messages.length === 0 || !messages.every(isObject)) {
    return invalidRequest(
      "Missing or empty required parameter: 'messages'.",
      'messages',
      'missing_required_parameter',
    );
  }
  const streaming = parseStreaming(body);
  if (isRefusal(streaming)) return streaming;
  const limits = parseLimits(body);
  if (isRefusal(limits)) return limits;
  const tools = parseTools(body.tools);
  if (isRefusal(tools)) return tools;
  const toolChoice = parseToolChoice(body.tool_choice, tools);
  if (isRefusal(toolChoice)) return toolChoice;
  const responseFormat = parseResponseFormat(body.response_format);
  if (isRefusal(responseFormat)) return responseFormat;
  return {
    model,
    messages,
    ...streaming,
    ...limits,
    tools,
    toolChoice,
    allowsParallelCalls: body.parallel_tool_calls !== false,
    responseFormat,
    user: typeof body.user === 'string' ? body.user : null,
  };
}

function parseStreaming(
  body: JsonObject,
): Pick<ChatRequest, 'isStream' | 'includesUsage'> | Refusal {
  const stream = body.stream ?? false;
  if (typeof stream !== 'boolean') return wrongType('stream', 'a boolean');
  const options = body.stream_options ?? null;
  if (options === null) return { isStream: stream, includesUsage: false };
  if (!isObject(options)) return wrongType('stream_options', 'an object');
  if (!stream) {
    return invalidRequest(
      "The 'stream_options' parameter is only allowed when 'stream' is enabled.",
      'stream_options',
    );
  }
  return { isStream: stream, includesUsage: options.include_usage === true };
}

function parseLimits(
  body: JsonObject,
): Pick<ChatRequest, 'choices' | 'maxTokens' | 'stop'> | Refusal {
  const choices = body.n ?? 1;
  if (!isWhole(choices, mostChoices)) return wrongType('n', `an integer from 1 to ${mostChoices}`);
  const older = body.max_tokens ?? null;
  const newer = body.max_completion_tokens ?? null;
  if (older !== null && newer !== null) {
    return invalidRequest(
      "Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported.",
      'max_tokens',
      'invalid_parameter_combination',
    );
  }
  const maxTokens = older ?? newer;
  if (maxTokens !== null && !isWhole(maxTokens, Number.MAX_SAFE_INTEGER)) {
    const name = older === null ? 'max_completion_tokens' : 'max_tokens';
    return wrongType(name, 'an integer of at least 1');
  }
  const stop: unknown = typeof body.stop === 'string' ? [body.stop] : (body.stop ?? []);
  if (!isTextList(stop) || stop.length > mostStops) {
    return wrongType('stop', `a string or up to ${mostStops} strings`);
  }
  return { choices, maxTokens, stop: stop.filter((text) => text !== '') };
}

function isWhole(value: unknown, most: number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= most;
}

function isTextList(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function wrongType(param: string, expected: string): Refusal {
  return invalidRequest(
    `Invalid value for '${param}': expected ${expected}.`,
    param,
    'invalid_type',
  );
}
