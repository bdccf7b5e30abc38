import { isObject, type JsonObject } from '../json-schema/json.ts';
import type { ChatRequest, Message } from '../openai/chat-request.ts';
import { invalidRequest, type Refusal } from '../openai/refusal.ts';
import type { ToolChoice, ToolDefinition } from '../openai/tools.ts';
import type { Target } from '../vendor-chat/vendor-chat.ts';

/** A Converse request as the simulator's own. */
export function parseConverse(body: JsonObject, target: Target): ChatRequest | Refusal {
  const { messages } = body;
  if (!Array.isArray(messages) || messages.length === 0 || !messages.every(isObject))
    return invalidRequest('A conversation must start with a user message.', null);
  const config = isObject(body.inferenceConfig) ? body.inferenceConfig : {};
  const toolConfig = isObject(body.toolConfig) ? body.toolConfig : {};
  const { maxTokens, stopSequences } = config;
  return {
    model: target.model,
    messages: [...systemOf(body.system), ...messages.flatMap(readMessage)],
    isStream: target.isStream,
    includesUsage: true,
    choices: 1,
    maxTokens: typeof maxTokens === 'number' ? maxTokens : null,
    stop: Array.isArray(stopSequences)
      ? stopSequences.filter((text) => typeof text === 'string')
      : [],
    tools: toolsOf(toolConfig.tools),
    toolChoice: toolChoiceOf(toolConfig.toolChoice),
    allowsParallelCalls: true,
    responseFormat: { type: 'text' },
  };
}

function blocksOf(content: unknown): readonly JsonObject[] {
  return Array.isArray(content) ? content.filter(isObject) : [];
}

function systemOf(system: unknown): readonly Message[] {
  const blocks = blocksOf(system);
  return blocks.length === 0 ? [] : [{ role: 'system', content: blocks }];
}

function readMessage({ role, content }: JsonObject): readonly Message[] {
  const blocks = blocksOf(content);
  const rest = blocks.filter(({ toolResult, cachePoint }) => !toolResult && !cachePoint);
  const results = blocks.flatMap(({ toolResult }) => (isObject(toolResult) ? [toolResult] : []));
  return [
    ...(rest.length > 0 ? [{ role, content: rest }] : []),
    ...results.map((result) => ({ role: 'tool', content: blocksOf(result.content) })),
  ];
}

function toolsOf(tools: unknown): readonly ToolDefinition[] {
  return blocksOf(tools).flatMap(({ toolSpec }) => {
    if (!isObject(toolSpec) || typeof toolSpec.name !== 'string') return [];
    const schema = isObject(toolSpec.inputSchema) ? toolSpec.inputSchema.json : undefined;
    return [{ name: toolSpec.name, parameters: schema ?? { type: 'object' } }];
  });
}

function toolChoiceOf(choice: unknown): ToolChoice {
  if (!isObject(choice)) return 'auto';
  if (isObject(choice.tool)) return { name: String(choice.tool.name) };
  return choice.any ? 'required' : 'auto';
}
