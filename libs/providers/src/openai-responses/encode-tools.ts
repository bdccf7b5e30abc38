import type { CustomTool, FunctionTool, OutputFormat, ServerTool, Tool } from '@tollgate/neutral';
import type { WireRequest } from '../chat-wire.ts';
import { isRecord } from '../json/json-value.ts';
import type { Json } from './encode-media.ts';

const WIRE = 'openai-responses';

export function encodeTools(request: WireRequest): Json {
  const { tools, toolChoice, parallelToolCalls } = request.conversation;
  return {
    ...(tools ? { tools: tools.flatMap((tool) => encodeTool(tool, request)) } : {}),
    ...(toolChoice ? { tool_choice: encodeToolChoice(request) } : {}),
    ...(parallelToolCalls === undefined ? {} : { parallel_tool_calls: parallelToolCalls }),
  };
}

function encodeTool(tool: Tool, request: WireRequest): Json[] {
  switch (tool.type) {
    case 'function':
      return [encodeFunction(tool, request)];
    case 'custom':
      return [encodeCustom(tool)];
    case 'server':
      return encodeServerTool(tool, request);
  }
}

/** Functions are strict here unless they say no, and elsewhere unless they say yes. */
function encodeFunction(tool: FunctionTool, { conversation, losses }: WireRequest): Json {
  if (tool.cache) losses.drop('tools[].cache_control');
  const strict = tool.strict ?? (conversation.origin === WIRE ? undefined : false);
  return {
    type: 'function',
    name: tool.name,
    ...(tool.description === undefined ? {} : { description: tool.description }),
    parameters: tool.parameters ?? { type: 'object', properties: {} },
    ...(strict === undefined ? {} : { strict }),
  };
}

function encodeCustom({ name, description, format }: CustomTool): Json {
  return {
    type: 'custom',
    name,
    ...(description === undefined ? {} : { description }),
    ...(format === undefined ? {} : { format: flatGrammar(format) }),
  };
}

/** Chat completions, whose shape the neutral model has, put a grammar one level deeper. */
function flatGrammar(format: unknown): unknown {
  if (!isRecord(format) || !isRecord(format.grammar)) return format;
  return { type: format.type, ...format.grammar };
}

function encodeServerTool(tool: ServerTool, { losses }: WireRequest): Json[] {
  if (tool.wire === WIRE) return isRecord(tool.json) ? [tool.json] : [];
  if (tool.kind === 'web_search' || tool.kind === 'code_execution') {
    losses.adapt(`tools[].${tool.name}`);
    return [
      tool.kind === 'web_search'
        ? { type: 'web_search' }
        : { type: 'code_interpreter', container: { type: 'auto' } },
    ];
  }
  losses.refuse(`tools[].${tool.name}`);
  return [];
}

function encodeToolChoice({ conversation }: WireRequest): unknown {
  const { toolChoice: choice, tools } = conversation;
  if (choice?.type === 'tool') return reference(choice.name, tools);
  if (choice?.type !== 'allowed') return choice?.type;
  const named = choice.names.map((name) => reference(name, tools));
  return { type: 'allowed_tools', mode: choice.mode, tools: named };
}

function reference(name: string, tools: readonly Tool[] = []): Json {
  const tool = tools.find((one) => one.name === name);
  return tool?.type === 'server' ? { type: name } : { type: tool?.type ?? 'function', name };
}

export function encodeFormat(format: OutputFormat): Json {
  if (format.type === 'text') return { type: 'text' };
  if (format.type === 'json') return { type: 'json_object' };
  const { name = 'answer', description, schema, strict } = format;
  return {
    type: 'json_schema',
    name,
    ...(description === undefined ? {} : { description }),
    schema,
    ...(strict === undefined ? {} : { strict }),
  };
}
