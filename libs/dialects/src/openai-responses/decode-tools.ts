import type { FunctionTool, OutputFormat, ServerTool, Tool, ToolChoice } from '@tollgate/neutral';
import { isAbsent, isObject } from '../chat/fields.ts';
import { text } from './decode-content.ts';

type Raw = Readonly<Record<string, unknown>>;

const SERVER_KINDS: Readonly<Record<string, ServerTool['kind']>> = {
  web_search: 'web_search',
  web_search_preview: 'web_search',
  code_interpreter: 'code_execution',
  file_search: 'file_search',
};

export function decodeTool(tool: Raw): Tool {
  const description = typeof tool.description === 'string' ? { description: tool.description } : {};
  const name = text(tool.name);
  if (tool.type === 'function') return decodeFunction(tool, name, description);
  if (tool.type === 'custom') {
    const format = isAbsent(tool.format) ? {} : { format: nestedGrammar(tool.format) };
    return { type: 'custom', name, ...description, ...format };
  }
  const type = text(tool.type);
  const kind = SERVER_KINDS[type.replace(/_\d{4}_\d{2}_\d{2}$/, '')] ?? null;
  return { type: 'server', wire: 'openai-responses', kind, name: type, json: tool };
}

function decodeFunction(
  tool: Raw,
  name: string,
  description: { readonly description?: string },
): FunctionTool {
  return {
    type: 'function',
    name,
    ...description,
    ...(isObject(tool.parameters) ? { parameters: tool.parameters } : {}),
    ...(typeof tool.strict === 'boolean' ? { strict: tool.strict } : {}),
  };
}

/** Chat completions, whose shape the neutral model has, put a grammar one level deeper. */
function nestedGrammar(format: unknown): unknown {
  if (!isObject(format) || format.type !== 'grammar') return format;
  const { type, ...grammar } = format;
  return { type, grammar };
}

/** Undefined for a choice that only this wire knows, such as a server tool's. */
export function decodeToolChoice(choice: unknown): ToolChoice | undefined {
  if (choice === 'auto' || choice === 'none' || choice === 'required') return { type: choice };
  if (!isObject(choice)) return undefined;
  if (choice.type === 'function' || choice.type === 'custom')
    return { type: 'tool', name: text(choice.name) };
  if (choice.type !== 'allowed_tools' || !Array.isArray(choice.tools)) return undefined;
  const mode = choice.mode === 'required' ? 'required' : 'auto';
  const names = choice.tools.filter(isObject).map((tool) => text(tool.name) || text(tool.type));
  return { type: 'allowed', mode, names };
}

/** Undefined for a format that only this wire knows. */
export function decodeFormat(format: unknown): OutputFormat | undefined {
  if (!isObject(format)) return undefined;
  if (format.type === 'text') return { type: 'text' };
  if (format.type === 'json_object') return { type: 'json' };
  if (format.type !== 'json_schema' || !isObject(format.schema)) return undefined;
  return {
    type: 'json_schema',
    schema: format.schema,
    ...(typeof format.name === 'string' ? { name: format.name } : {}),
    ...(typeof format.description === 'string' ? { description: format.description } : {}),
    ...(typeof format.strict === 'boolean' ? { strict: format.strict } : {}),
  };
}
