import type { Conversation, FunctionTool, ServerTool, Tool, ToolChoice } from '@tollgate/neutral';
import { isObject } from '../chat/fields.ts';
import { decodeSchema } from './decode-schema.ts';

type Fields = Readonly<Record<string, unknown>>;

const KINDS: Readonly<Record<string, ServerTool['kind']>> = {
  googleSearch: 'web_search',
  codeExecution: 'code_execution',
  urlContext: 'url_context',
  fileSearch: 'file_search',
};

export interface DecodedTools {
  readonly tools: readonly Tool[];
  /** What declarations say beyond the neutral model, by the function's name. */
  readonly extras: Fields;
}

export function decodeTools(raw: unknown): DecodedTools {
  const tools: Tool[] = [];
  const extras: Record<string, unknown> = {};
  for (const entry of (Array.isArray(raw) ? raw : []).filter(isObject)) {
    for (const [key, value] of Object.entries(entry)) {
      if (key !== 'functionDeclarations')
        tools.push({
          type: 'server',
          wire: 'gemini',
          kind: KINDS[key] ?? null,
          name: key,
          json: { [key]: value },
        });
      else if (Array.isArray(value))
        for (const declaration of value.filter(isObject)) {
          const { tool, rest } = decodeDeclaration(declaration);
          tools.push(tool);
          if (Object.keys(rest).length > 0) extras[tool.name] = rest;
        }
    }
  }
  return { tools, extras };
}

function decodeDeclaration(declaration: Fields): { tool: FunctionTool; rest: Fields } {
  const { name, description, parameters, parametersJsonSchema, ...rest } = declaration;
  const schema = isObject(parametersJsonSchema)
    ? parametersJsonSchema
    : isObject(parameters)
      ? decodeSchema(parameters)
      : undefined;
  return {
    tool: {
      type: 'function',
      name: typeof name === 'string' ? name : '',
      ...(typeof description === 'string' ? { description } : {}),
      ...(schema ? { parameters: schema } : {}),
    },
    rest,
  };
}

/** Names by number, as protobuf's JSON takes them. */
const MODES = ['MODE_UNSPECIFIED', 'AUTO', 'ANY', 'NONE', 'VALIDATED'] as const;

/** `toolConfig`; what is not about the choice of a function goes to `others`. */
export function decodeToolConfig(config: unknown): Pick<Conversation, 'toolChoice' | 'others'> {
  if (!isObject(config)) return { others: {} };
  const { functionCallingConfig, ...rest } = config;
  const kept: Record<string, unknown> = { ...rest };
  const others = () => (Object.keys(kept).length > 0 ? { toolConfig: kept } : {});
  if (!isObject(functionCallingConfig)) return { others: others() };
  const { mode, allowedFunctionNames, ...more } = functionCallingConfig;
  if (Object.keys(more).length > 0) kept['functionCallingConfig'] = more;
  const names = Array.isArray(allowedFunctionNames)
    ? allowedFunctionNames.filter((name) => typeof name === 'string')
    : [];
  const word = typeof mode === 'number' ? MODES[mode] : mode;
  const choice = choiceOf(typeof word === 'string' ? word.toUpperCase() : '', names);
  if (choice) return { toolChoice: choice, others: others() };
  if (word !== undefined && word !== 'MODE_UNSPECIFIED')
    kept['functionCallingConfig'] = functionCallingConfig;
  return { others: others() };
}

function choiceOf(mode: string, names: readonly string[]): ToolChoice | undefined {
  const [only, ...more] = names;
  if (mode === 'AUTO') return { type: 'auto' };
  if (mode === 'NONE') return { type: 'none' };
  if (mode === 'VALIDATED' && only !== undefined) return { type: 'allowed', mode: 'auto', names };
  if (mode !== 'ANY') return undefined;
  if (only === undefined) return { type: 'required' };
  return more.length === 0
    ? { type: 'tool', name: only }
    : { type: 'allowed', mode: 'required', names };
}
