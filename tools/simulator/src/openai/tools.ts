import { isObject } from '../json-schema/json.ts';
import { lastUserText } from './message-text.ts';
import type { ChatRequest } from './chat-request.ts';
import { invalidRequest, type Refusal } from './refusal.ts';

export interface ToolDefinition {
  readonly name: string;
  /** The JSON schema of the arguments. */
  readonly parameters: unknown;
}

/** A forced choice names the tool, or leaves it open. */
export type ToolChoice = 'auto' | 'none' | 'required' | { readonly name: string };

const noTools: readonly ToolDefinition[] = [];

export function parseTools(value: unknown): readonly ToolDefinition[] | Refusal {
  if (value === undefined || value === null) return noTools;
  if (!Array.isArray(value)) return invalidRequest("'tools' must be an array.", 'tools');
  const tools: ToolDefinition[] = [];
  for (const [index, tool] of value.entries()) {
    const definition: unknown = isObject(tool) && tool.type === 'function' ? tool.function : null;
    if (!isObject(definition) || typeof definition.name !== 'string') {
      const param = `tools[${index}].function.name`;
      return invalidRequest(
        `Missing required parameter: '${param}'.`,
        param,
        'missing_required_parameter',
      );
    }
    tools.push({ name: definition.name, parameters: definition.parameters ?? { type: 'object' } });
  }
  return tools;
}

export function parseToolChoice(
  value: unknown,
  tools: readonly ToolDefinition[],
): ToolChoice | Refusal {
  if (value === undefined || value === null) return 'auto';
  if (tools.length === 0) {
    return invalidRequest(
      "Invalid value for 'tool_choice': 'tool_choice' is only allowed when 'tools' are specified.",
      'tool_choice',
    );
  }
  if (value === 'auto' || value === 'none' || value === 'required') return value;
  const named = isObject(value) && isObject(value.function) ? value.function.name : undefined;
  const tool = tools.find(({ name }) => name === named);
  if (tool !== undefined) return { name: tool.name };
  return invalidRequest(
    `Tool choice '${String(named)}' not found in 'tools' parameter.`,
    'tool_choice',
  );
}

const toolWords = /\b(?:weather|tools?|functions?)\b/i;

/**
 * The tools that an answer calls; none for an answer in text. Forced choices are obeyed, but what follows a tool's
 * result is always text, so that agents' loops end. On `auto` the last user message decides: the tools it names, or
 * the likeliest one if it speaks of the weather, a tool or a function.
 */
export function chooseTools(request: ChatRequest): readonly ToolDefinition[] {
  const { tools, toolChoice, messages } = request;
  if (tools.length === 0 || toolChoice === 'none') return noTools;
  if (messages.at(-1)?.role === 'tool') return noTools;
  if (typeof toolChoice === 'object') return tools.filter(({ name }) => name === toolChoice.name);
  const text = lastUserText(messages);
  const named = tools.filter(({ name }) => text.includes(name));
  if (named.length > 0) return request.allowsParallelCalls ? named : named.slice(0, 1);
  if (toolChoice === 'auto' && !toolWords.test(text)) return noTools;
  const likely = tools.find(({ name }) => /weather/i.test(text) && /weather/i.test(name));
  return [likely ?? tools[0]].filter((tool) => tool !== undefined);
}
