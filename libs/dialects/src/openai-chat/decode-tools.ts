import type { OutputFormat, ServerTool, Tool, ToolChoice } from '@tollgate/neutral';
import { isObject } from '../chat/fields.ts';
import { optional } from '../json/optional.ts';
import { decodeCacheMark } from './cache-mark.ts';

type Fields = Readonly<Record<string, unknown>>;

/** @param tools checked to be objects */
export function decodeTools(tools: readonly unknown[]): Tool[] {
  return tools.filter(isObject).map(decodeTool);
}

function decodeTool(tool: Fields): Tool {
  const { type, custom } = tool;
  const named = tool['function'];
  if (isObject(named) && type !== 'custom') {
    const cache = decodeCacheMark(tool['cache_control']);
    return { ...decodeFunction(named), ...optional('cache', cache) };
  }
  if (isObject(custom))
    return {
      type: 'custom',
      name: text(custom['name']) ?? '',
      ...optional('description', text(custom['description'])),
      ...optional('format', custom['format'] ?? undefined),
    };
  const name = text(type) ?? '';
  const kind = SERVER_TOOLS[name] ?? null;
  return { type: 'server', wire: 'openai-chat', kind, name, json: tool };
}

/** A function as it stands in `tools` and in the older `functions`. */
export function decodeFunction(named: Fields): Tool {
  const { parameters, strict } = named;
  return {
    type: 'function',
    name: text(named['name']) ?? '',
    ...optional('description', text(named['description'])),
    ...optional('parameters', isObject(parameters) ? parameters : undefined),
    ...optional('strict', typeof strict === 'boolean' ? strict : undefined),
  };
}

const SERVER_TOOLS: Readonly<Record<string, ServerTool['kind']>> = {
  web_search: 'web_search',
  web_search_preview: 'web_search',
  'openrouter:web_search': 'web_search',
  code_interpreter: 'code_execution',
  file_search: 'file_search',
};

/** `tool_choice`, or the older `function_call`; undefined when it is none of the known forms. */
export function decodeToolChoice(choice: unknown): ToolChoice | undefined {
  if (choice === 'any') return { type: 'required' };
  if (choice === 'auto' || choice === 'none' || choice === 'required') return { type: choice };
  if (!isObject(choice)) return undefined;
  const allowed = choice['allowed_tools'];
  if (isObject(allowed)) return decodeAllowed(allowed);
  const named = choice['function'] ?? choice['custom'] ?? choice;
  const name = isObject(named) ? text(named['name']) : undefined;
  return name === undefined ? undefined : { type: 'tool', name };
}

function decodeAllowed({ mode, tools }: Fields): ToolChoice {
  const names = (Array.isArray(tools) ? tools : []).map((tool: unknown) => {
    const named = isObject(tool) ? (tool['function'] ?? tool['custom']) : undefined;
    return isObject(named) ? text(named['name']) : undefined;
  });
  return {
    type: 'allowed',
    mode: mode === 'required' ? 'required' : 'auto',
    names: names.filter((name) => name !== undefined),
  };
}

/** Undefined when it is none of the known forms. */
export function decodeOutputFormat(format: unknown): OutputFormat | undefined {
  if (!isObject(format)) return undefined;
  const { type, json_schema: wrapped } = format;
  if (type === 'text') return { type: 'text' };
  if (type === 'json_object') return { type: 'json' };
  if (type !== 'json_schema' || !isObject(wrapped)) return undefined;
  const { schema, strict } = wrapped;
  return {
    type: 'json_schema',
    ...optional('name', text(wrapped['name'])),
    ...optional('description', text(wrapped['description'])),
    schema: isObject(schema) ? schema : {},
    ...optional('strict', typeof strict === 'boolean' ? strict : undefined),
  };
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
