import { optional } from '@tollgate/dialects';
import type { Conversation, FunctionTool, OutputFormat, ServerTool, Tool } from '@tollgate/neutral';
import type { Json, RequestScope } from './request-scope.ts';
import { cacheField } from './encode-parts.ts';

const NO_PARAMETERS = { type: 'object', properties: {} };

/** `tools`, and OpenAI's `web_search_options`, which asks for a tool beside them. */
export function encodeTools(conversation: Conversation, scope: RequestScope): Json {
  const fields: Record<string, unknown> = {};
  const tools: Json[] = [];
  for (const tool of allowed(conversation, scope)) {
    const encoded = encodeTool(tool, scope);
    if (encoded === 'search') fields['web_search_options'] = searchOptions(tool);
    else if (encoded) tools.push(encoded);
  }
  return { ...(tools.length > 0 ? { tools } : {}), ...fields };
}

/** Where the vendor cannot be told which tools are allowed, the others are left out. */
function allowed(
  { tools = [], toolChoice }: Conversation,
  { ways, losses }: RequestScope,
): readonly Tool[] {
  if (toolChoice?.type !== 'allowed' || ways.takesAllowedTools) return tools;
  losses.adapt('tool_choice');
  return tools.filter(({ name }) => toolChoice.names.includes(name));
}

function encodeTool(tool: Tool, scope: RequestScope): Json | 'search' | undefined {
  switch (tool.type) {
    case 'function':
      return encodeFunction(tool, scope);
    case 'custom': {
      const { name, description, format } = tool;
      if (!scope.ways.takesCustomTools) scope.losses.refuse(`tools[].custom.${name}`);
      const custom = {
        name,
        ...optional('description', description),
        ...optional('format', format),
      };
      return { type: 'custom', custom };
    }
    case 'server':
      return encodeServerTool(tool, scope);
  }
}

function encodeFunction(tool: FunctionTool, scope: RequestScope): Json {
  const { name, description, parameters, strict, cache } = tool;
  const { ways, losses } = scope;
  const needed = parameters ?? (ways.needsParameters ? NO_PARAMETERS : undefined);
  if (strict !== undefined && !ways.takesStrictTools) losses.drop('tools[].function.strict');
  return {
    type: 'function',
    function: {
      name,
      ...optional('description', description),
      ...optional('parameters', needed),
      ...optional('strict', ways.takesStrictTools ? strict : undefined),
    },
    ...cacheField(cache, scope),
  };
}

/** A search of the web goes over in the vendor's own form; other tools only where the client spoke this wire. */
function encodeServerTool(tool: ServerTool, scope: RequestScope): Json | 'search' | undefined {
  const { ways, losses } = scope;
  const isOwn = tool.wire === 'openai-chat';
  const isOptions = tool.name === 'web_search_options';
  if (tool.kind === 'web_search' && (isOptions || !isOwn)) {
    if (ways.webSearch === 'web_search_options' || ways.webSearch === 'any') return 'search';
    if (ways.webSearch === 'openrouter:web_search')
      return isOptions ? 'search' : { type: 'openrouter:web_search' };
  } else if (isOwn && isJson(tool.json)) return tool.json;
  losses.refuse(isOptions ? tool.name : `tools[].${tool.name}`);
  return undefined;
}

function searchOptions(tool: Tool): unknown {
  return tool.type === 'server' && tool.name === 'web_search_options' ? tool.json : {};
}

export function encodeToolChoice(conversation: Conversation, { ways, losses }: RequestScope): Json {
  const { toolChoice: choice, tools = [] } = conversation;
  if (!choice) return {};
  if (!ways.takes.has('tool_choice') && choice.type !== 'auto') {
    losses.drop('tool_choice');
    return {};
  }
  const named = (name: string): Json =>
    tools.some((tool) => tool.type === 'custom' && tool.name === name)
      ? { type: 'custom', custom: { name } }
      : { type: 'function', function: { name } };
  if (choice.type === 'tool') return { tool_choice: named(choice.name) };
  if (choice.type !== 'allowed') return { tool_choice: choice.type };
  if (!ways.takesAllowedTools) return { tool_choice: choice.mode };
  const allowedTools = { mode: choice.mode, tools: choice.names.map(named) };
  return { tool_choice: { type: 'allowed_tools', allowed_tools: allowedTools } };
}

/** A schema needs a name here; one that the client did not name is called `response`. */
export function encodeOutputFormat(
  format: OutputFormat | undefined,
  { ways, losses }: RequestScope,
): Json {
  if (!format) return {};
  if (format.type === 'text') return { response_format: { type: 'text' } };
  if (format.type === 'json') return { response_format: { type: 'json_object' } };
  if (!ways.takesJsonSchema) losses.refuse('response_format.json_schema');
  const { name = 'response', description, schema, strict } = format;
  const named = {
    name,
    ...optional('description', description),
    schema,
    ...optional('strict', strict),
  };
  return { response_format: { type: 'json_schema', json_schema: named } };
}

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
