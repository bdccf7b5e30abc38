import { isObject, type JsonObject } from '../json-schema/json.ts';
import type { ChatRequest, Message } from '../openai/chat-request.ts';
import { invalidRequest, type Refusal } from '../openai/refusal.ts';
import type { ResponseFormat } from '../openai/response-format.ts';
import type { ToolChoice, ToolDefinition } from '../openai/tools.ts';

/** A request to OpenAI's responses as the simulator's own. */
export function parseResponses(body: JsonObject): ChatRequest | Refusal {
  const { model, input, instructions, max_output_tokens: maxTokens } = body;
  if (typeof model !== 'string' || model === '')
    return invalidRequest("Missing required parameter: 'model'.", 'model');
  if (typeof input !== 'string' && !(Array.isArray(input) && input.every(isObject)))
    return invalidRequest("Missing required parameter: 'input'.", 'input');
  const system =
    typeof instructions === 'string' ? [{ role: 'system', content: instructions }] : [];
  const said = typeof input === 'string' ? [{ role: 'user', content: input }] : input;
  return {
    model,
    messages: [...system, ...said.flatMap(readItem)],
    isStream: body.stream === true,
    includesUsage: true,
    choices: 1,
    maxTokens: typeof maxTokens === 'number' ? maxTokens : null,
    stop: [],
    tools: toolsOf(body.tools),
    toolChoice: toolChoiceOf(body.tool_choice),
    allowsParallelCalls: body.parallel_tool_calls !== false,
    responseFormat: formatOf(body.text),
  };
}

function readItem(item: JsonObject): readonly Message[] {
  if (item.type === 'function_call_output')
    return [{ role: 'tool', content: typeof item.output === 'string' ? item.output : '' }];
  return typeof item.role === 'string' ? [{ role: item.role, content: item.content }] : [];
}

function toolsOf(tools: unknown): readonly ToolDefinition[] {
  if (!Array.isArray(tools)) return [];
  return tools
    .filter(isObject)
    .flatMap(({ type, name, parameters }) =>
      type === 'function' && typeof name === 'string'
        ? [{ name, parameters: parameters ?? { type: 'object' } }]
        : [],
    );
}

function toolChoiceOf(choice: unknown): ToolChoice {
  if (choice === 'none' || choice === 'required') return choice;
  return isObject(choice) && typeof choice.name === 'string' ? { name: choice.name } : 'auto';
}

function formatOf(text: unknown): ResponseFormat {
  const format = isObject(text) ? text.format : undefined;
  if (!isObject(format)) return { type: 'text' };
  if (format.type === 'json_object') return { type: 'json_object' };
  if (format.type === 'json_schema') return { type: 'json_schema', schema: format.schema };
  return { type: 'text' };
}
