import { isObject, type JsonObject } from '../json-schema/json.ts';
import type { ChatRequest, Message } from '../openai/chat-request.ts';
import { invalidRequest, type Refusal } from '../openai/refusal.ts';
import type { ResponseFormat } from '../openai/response-format.ts';
import type { ToolChoice, ToolDefinition } from '../openai/tools.ts';
import { signatureOf } from '../vendor-chat/whole-answer.ts';

/**
 * An Anthropic messages request as the simulator's own. Thinking that comes back with another signature is refused, and so
 * are results of tools whose calls come back without the thinking that led to them.
 */
export function parseMessages(body: JsonObject): ChatRequest | Refusal {
  const { model, messages, max_tokens: maxTokens } = body;
  if (typeof model !== 'string' || model === '') return missing('model');
  if (typeof maxTokens !== 'number' || !Number.isInteger(maxTokens) || maxTokens < 1)
    return missing('max_tokens');
  if (!Array.isArray(messages) || messages.length === 0 || !messages.every(isObject))
    return missing('messages');
  const forged = messages.some((message) => blocksOf(message.content).some(isForged));
  if (forged) return invalidRequest('messages: Invalid `signature` in `thinking` block', null);
  if (isObject(body.thinking) && body.thinking.type !== 'disabled' && lacksThinking(messages))
    return invalidRequest('messages: Expected `thinking`, but found `tool_use`', null);
  const { stop_sequences: stop } = body;
  return {
    model,
    messages: [...systemOf(body.system), ...messages.flatMap(readMessage)],
    isStream: body.stream === true,
    includesUsage: true,
    choices: 1,
    maxTokens,
    stop: Array.isArray(stop) ? stop.filter((text) => typeof text === 'string') : [],
    tools: toolsOf(body.tools),
    toolChoice: toolChoiceOf(body.tool_choice),
    allowsParallelCalls: !(
      isObject(body.tool_choice) && body.tool_choice.disable_parallel_tool_use === true
    ),
    responseFormat: formatOf(body.output_config),
  };
}

function missing(field: string): Refusal {
  return invalidRequest(`${field}: Field required`, field);
}

function blocksOf(content: unknown): readonly JsonObject[] {
  if (typeof content === 'string') return [{ type: 'text', text: content }];
  return Array.isArray(content) ? content.filter(isObject) : [];
}

function isForged(block: JsonObject): boolean {
  return block.type === 'thinking' && block.signature !== signatureOf(String(block.thinking));
}

/** Of the turn that results of tools go on from. */
function lacksThinking(messages: readonly JsonObject[]): boolean {
  const [calling, results] = messages.slice(-2).map(({ content }) => blocksOf(content));
  const isResult = results?.some(({ type }) => type === 'tool_result') ?? false;
  return isResult && !/thinking/.test(String(calling?.[0]?.type));
}

function systemOf(system: unknown): readonly Message[] {
  const blocks = blocksOf(system);
  return blocks.length === 0 ? [] : [{ role: 'system', content: blocks }];
}

/** Results of tools become messages of their own, as OpenAI has them. */
function readMessage(message: JsonObject): readonly Message[] {
  const blocks = blocksOf(message.content);
  const results = blocks.filter(({ type }) => type === 'tool_result');
  const rest = blocks.filter(({ type }) => type !== 'tool_result' && type !== 'thinking');
  return [
    ...(rest.length > 0 ? [{ role: message.role, content: rest }] : []),
    ...results.map((block) => ({ role: 'tool', content: blocksOf(block.content) })),
  ];
}

function toolsOf(tools: unknown): readonly ToolDefinition[] {
  if (!Array.isArray(tools)) return [];
  return tools
    .filter(isObject)
    .flatMap(({ name, input_schema: parameters }) =>
      typeof name === 'string' && isObject(parameters) ? [{ name, parameters }] : [],
    );
}

function toolChoiceOf(choice: unknown): ToolChoice {
  if (!isObject(choice)) return 'auto';
  if (choice.type === 'tool' && typeof choice.name === 'string') return { name: choice.name };
  if (choice.type === 'any') return 'required';
  return choice.type === 'none' ? 'none' : 'auto';
}

function formatOf(config: unknown): ResponseFormat {
  const format = isObject(config) ? config.format : undefined;
  if (!isObject(format) || format.type !== 'json_schema') return { type: 'text' };
  return { type: 'json_schema', schema: format.schema };
}
