import type { Conversation, FunctionTool, Losses, Tool, ToolChoice } from '@tollgate/neutral';
import { cachePoint } from './encode-messages.ts';
import type { ModelFamily } from './model-family.ts';
import type { JsonObject } from './wire.ts';

/** `toolConfig`, or undefined where the conversation has no tools. */
export function encodeToolConfig(
  conversation: Conversation,
  family: ModelFamily,
  losses: Losses,
): JsonObject | undefined {
  const { toolChoice, parallelToolCalls } = conversation;
  // Converse knows no word for it, and not every model could obey one.
  if (parallelToolCalls === false && conversation.tools?.length) losses.drop('parallel_tool_calls');
  const offered = offeredTools(conversation, losses);
  if (!offered || offered.length === 0) return undefined;
  const tools = offered.flatMap((tool) => encodeTool(tool, family, losses));
  const choice = toolChoice && encodeToolChoice(toolChoice);
  return tools.length === 0 ? undefined : { tools, ...(choice ? { toolChoice: choice } : {}) };
}

/** Which tools the model gets: choices that Converse has no word for are made by leaving tools out. */
function offeredTools(
  { tools, toolChoice, messages }: Conversation,
  losses: Losses,
): readonly Tool[] | undefined {
  if (toolChoice?.type === 'none' && tools?.length) {
    // A conversation with calls in it must name its tools.
    if (messages.some(({ parts }) => parts.some(isToolTraffic))) losses.refuse('tool_choice');
    else losses.adapt('tool_choice');
    return undefined;
  }
  if (toolChoice?.type !== 'allowed') return tools;
  losses.adapt('tool_choice');
  return tools?.filter((tool) => toolChoice.names.includes(tool.name));
}

function isToolTraffic({ type }: { readonly type: string }): boolean {
  return type === 'tool-call' || type === 'tool-result';
}

function encodeToolChoice(choice: ToolChoice): JsonObject | undefined {
  switch (choice.type) {
    case 'auto':
      return { auto: {} };
    case 'required':
      return { any: {} };
    case 'tool':
      return { tool: { name: choice.name } };
    case 'allowed':
      return choice.mode === 'required' ? { any: {} } : { auto: {} };
    case 'none':
      return undefined;
  }
}

function encodeTool(tool: Tool, family: ModelFamily, losses: Losses): readonly JsonObject[] {
  if (tool.type === 'function') return encodeFunction(tool);
  if (tool.type === 'server') {
    if (tool.wire === 'bedrock') return [{ systemTool: { name: tool.name } }];
    // Nova searches the web itself; how it is to search cannot be told.
    if (tool.kind === 'web_search' && family === 'nova') {
      losses.adapt(`tools[].${tool.name}`);
      return [{ systemTool: { name: 'nova_grounding' } }];
    }
  }
  losses.refuse(`tools[].${tool.type === 'server' ? tool.name : 'custom'}`);
  return [];
}

function encodeFunction(tool: FunctionTool): readonly JsonObject[] {
  const { name, description, parameters, strict, cache } = tool;
  const toolSpec = {
    name,
    // Refused when empty.
    ...(description ? { description } : {}),
    inputSchema: { json: parameters ?? { type: 'object', properties: {} } },
    ...(strict === undefined ? {} : { strict }),
  };
  return cache ? [{ toolSpec }, cachePoint(cache)] : [{ toolSpec }];
}
