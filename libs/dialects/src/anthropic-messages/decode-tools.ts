import type { Conversation, ServerTool, Tool, ToolChoice } from '@tollgate/neutral';
import { isObject } from '../chat/fields.ts';
import { cacheOf, type Json } from './decode-blocks.ts';
import type { Extras } from './decode-extras.ts';

const KNOWN = new Set(['type', 'name', 'description', 'input_schema', 'strict', 'cache_control']);

/** Anthropic's names for what several vendors run, by how they begin; a date follows. */
const SHARED: readonly (readonly [string, NonNullable<ServerTool['kind']>])[] = [
  ['web_search_', 'web_search'],
  ['code_execution_', 'code_execution'],
  ['web_fetch_', 'url_context'],
];

export function decodeTools(tools: readonly unknown[], extras: Extras): readonly Tool[] {
  return tools.filter(isObject).map((tool, at) => decodeTool(tool, at, extras));
}

function decodeTool(tool: Json, at: number, extras: Extras): Tool {
  const { type, name, description, input_schema: parameters, strict } = tool;
  if (typeof type === 'string' && type !== 'custom') {
    const kind = SHARED.find(([start]) => type.startsWith(start))?.[1] ?? null;
    return { type: 'server', wire: 'anthropic', kind, name: type, json: tool };
  }
  extras.note('tools[]', at, tool, KNOWN);
  return {
    type: 'function',
    name: String(name),
    ...(typeof description === 'string' ? { description } : {}),
    ...(isObject(parameters) ? { parameters } : {}),
    ...(typeof strict === 'boolean' ? { strict } : {}),
    ...cacheOf(tool),
  };
}

/** `tool_choice` says also whether several tools may be called at once. */
export function decodeToolChoice(
  choice: Json,
): Pick<Conversation, 'toolChoice' | 'parallelToolCalls'> {
  const { type, name, disable_parallel_tool_use: isSingle } = choice;
  const toolChoice = choiceOf(type, name);
  return {
    ...(toolChoice ? { toolChoice } : {}),
    ...(typeof isSingle === 'boolean' ? { parallelToolCalls: !isSingle } : {}),
  };
}

function choiceOf(type: unknown, name: unknown): ToolChoice | undefined {
  if (type === 'auto' || type === 'none') return { type };
  if (type === 'any') return { type: 'required' };
  if (type === 'tool' && typeof name === 'string') return { type: 'tool', name };
  return undefined;
}
