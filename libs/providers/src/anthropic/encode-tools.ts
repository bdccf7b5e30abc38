import type { Conversation, FunctionTool, Losses, ServerTool, Tool } from '@tollgate/neutral';
import { isRecord } from '../json/json-value.ts';
import { encodeCustomTool } from './custom-tools.ts';
import { cacheControl } from './encode-messages.ts';
import type { Json } from './encode-media.ts';
import { encodeStrictSchema, encodeToolSchema } from './encode-schema.ts';
import type { OwnExtras } from './extras.ts';

const STRICT_PATH = 'tools[].function.parameters';

/** `tools` and `tool_choice`, as far as the conversation names them. */
export function encodeTools(conversation: Conversation, extras: OwnExtras, losses: Losses): Json {
  const { tools, toolChoice } = conversation;
  const isOwn = conversation.origin === 'anthropic';
  const allowed = toolChoice?.type === 'allowed' ? new Set(toolChoice.names) : undefined;
  const encoded = tools?.flatMap((tool, at) => {
    // There is no choice among some of the tools: the others are left out.
    if (allowed && !allowed.has(tool.name)) return [];
    const json = encodeTool(tool, isOwn, losses);
    return json ? [{ ...json, ...extras.tool(at) }] : [];
  });
  if (allowed) losses.adapt('tool_choice');
  const choice = encodeChoice(conversation);
  return {
    ...(encoded && (encoded.length > 0 || isOwn) ? { tools: encoded } : {}),
    ...(choice ? { tool_choice: choice } : {}),
  };
}

function encodeTool(tool: Tool, isOwn: boolean, losses: Losses): Json | undefined {
  switch (tool.type) {
    case 'function':
      return encodeFunction(tool, isOwn, losses);
    case 'server':
      return encodeServerTool(tool, losses);
    case 'custom':
      return encodeCustomTool(tool, losses);
  }
}

function encodeFunction(tool: FunctionTool, isOwn: boolean, losses: Losses): Json {
  const { name, description, parameters, strict, cache } = tool;
  const schema = isOwn ? (parameters ?? {}) : encodeToolSchema(parameters, losses);
  const isStrict = strict === true && !isOwn;
  return {
    name,
    ...(description === undefined ? {} : { description }),
    input_schema: isStrict ? encodeStrictSchema(schema, STRICT_PATH, losses) : schema,
    // False is what Anthropic does without it.
    ...(strict === undefined || (!isOwn && !strict) ? {} : { strict }),
    ...cacheControl(cache),
  };
}

/** What Anthropic runs itself under a name that other vendors share. */
const SHARED: Readonly<Record<NonNullable<ServerTool['kind']>, Json | undefined>> = {
  web_search: { type: 'web_search_20250305', name: 'web_search' },
  url_context: { type: 'web_fetch_20250910', name: 'web_fetch' },
  code_execution: { type: 'code_execution_20250825', name: 'code_execution' },
  file_search: undefined,
};

/** Another vendor's tool becomes Anthropic's of the same kind; its settings have no common form and are left out. */
function encodeServerTool(tool: ServerTool, losses: Losses): Json | undefined {
  if (tool.wire === 'anthropic') return isRecord(tool.json) ? tool.json : undefined;
  const shared = tool.kind === null ? undefined : SHARED[tool.kind];
  if (!shared) {
    losses.refuse(`tools[].${tool.name}`);
    return undefined;
  }
  losses.adapt(`tools[].${tool.name}`);
  return shared;
}

function encodeChoice(conversation: Conversation): Json | undefined {
  const { tools, toolChoice, parallelToolCalls, origin } = conversation;
  // Anthropic refuses a choice where there is nothing to choose, and these two say nothing there.
  const isIdle = toolChoice?.type === 'auto' || toolChoice?.type === 'none';
  if (isIdle && !tools?.length && origin !== 'anthropic') return undefined;
  const isSingle = parallelToolCalls === false;
  if (!toolChoice) {
    if (!isSingle || !tools?.length) return undefined;
    return { type: 'auto', disable_parallel_tool_use: true };
  }
  const single = parallelToolCalls === undefined ? {} : { disable_parallel_tool_use: isSingle };
  switch (toolChoice.type) {
    case 'none':
      return { type: 'none' };
    case 'auto':
      return { type: 'auto', ...single };
    case 'required':
      return { type: 'any', ...single };
    case 'tool':
      return { type: 'tool', name: toolChoice.name, ...single };
    case 'allowed':
      return { type: toolChoice.mode === 'auto' ? 'auto' : 'any', ...single };
  }
}
