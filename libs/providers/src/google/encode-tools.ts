import type { FunctionTool, ServerTool, ToolChoice } from '@tollgate/neutral';
import { isRecord } from '../json/json-value.ts';
import type { EncodeContext, Json } from './encode-context.ts';
import { encodeParameters } from './encode-schema.ts';

/** Google's own tool for what several vendors have. */
const OWN_TOOLS: Readonly<Partial<Record<NonNullable<ServerTool['kind']>, string>>> = {
  web_search: 'googleSearch',
  code_execution: 'codeExecution',
  url_context: 'urlContext',
};

export function encodeTools(context: EncodeContext): readonly Json[] | undefined {
  const { conversation, losses } = context;
  if (!conversation.tools) return undefined;
  const declarations: Json[] = [];
  const others: Json[] = [];
  for (const tool of conversation.tools) {
    if (tool.type === 'function') declarations.push(encodeDeclaration(tool, context));
    else if (tool.type === 'custom') losses.refuse('tools[].custom');
    else others.push(...encodeServerTool(tool, context));
  }
  return [...(declarations.length > 0 ? [{ functionDeclarations: declarations }] : []), ...others];
}

const PARAMETERS = 'tools[].function.parameters';

function encodeDeclaration(
  tool: FunctionTool,
  { conversation, losses, isOwn }: EncodeContext,
): Json {
  const { name, description, parameters, strict, cache } = tool;
  if (strict) losses.drop('tools[].function.strict');
  if (cache) losses.drop('tools[].cache_control');
  const extras = isOwn ? conversation.others.functionDeclarations : undefined;
  const extra = isRecord(extras) ? extras[name] : undefined;
  return {
    name,
    ...(description === undefined ? {} : { description }),
    ...(parameters && Object.keys(parameters).length > 0
      ? encodeParameters(parameters, losses, PARAMETERS)
      : {}),
    ...(isRecord(extra) ? extra : {}),
  };
}

/** Another vendor's settings of the same tool are not Google's. */
function encodeServerTool(tool: ServerTool, { losses }: EncodeContext): readonly Json[] {
  if (tool.wire === 'gemini' && isRecord(tool.json)) return [{ ...tool.json }];
  const own = tool.kind === null ? undefined : OWN_TOOLS[tool.kind];
  if (own === undefined) {
    losses.refuse(`tools[].${tool.name}`);
    return [];
  }
  losses.adapt(`tools[].${tool.name}`);
  return [{ [own]: {} }];
}

export function encodeToolConfig({ conversation, isOwn }: EncodeContext): Json | undefined {
  const { toolChoice, others } = conversation;
  const own = isOwn && isRecord(others.toolConfig) ? others.toolConfig : {};
  if (!toolChoice) return Object.keys(own).length > 0 ? { ...own } : undefined;
  const calling = isRecord(own.functionCallingConfig) ? own.functionCallingConfig : {};
  return { ...own, functionCallingConfig: { ...encodeChoice(toolChoice), ...calling } };
}

/** `VALIDATED` is Google's word for a free choice among some functions. */
function encodeChoice(choice: ToolChoice): Json {
  switch (choice.type) {
    case 'auto':
      return { mode: 'AUTO' };
    case 'none':
      return { mode: 'NONE' };
    case 'required':
      return { mode: 'ANY' };
    case 'tool':
      return { mode: 'ANY', allowedFunctionNames: [choice.name] };
    case 'allowed': {
      const mode = choice.mode === 'required' ? 'ANY' : 'VALIDATED';
      return { mode, allowedFunctionNames: choice.names };
    }
  }
}
