import { isObject } from '../chat/fields.ts';

type Fields = Readonly<Record<string, unknown>>;

/**
 * How often a provider may go on by itself for one request, such as by a web search. What it finds is read as input, and
 * each run may have a fee, so neither the size of the body nor the cap on the output bounds what the request
 * costs. 0: none are asked for; null: as often as the provider likes.
 */
export type HostedToolCalls = number | null;

/** Tools of Anthropic's whose schema it knows and that the caller runs: `computer_20251124` and the like. */
const RUN_BY_CALLER = /^(?:custom$|(?:computer|bash|text_editor|memory)_)/;

/**
 * Whether the provider may sum a long conversation up before it answers: the model then reads all of it once more, and
 * writes a second text (platform.claude.com/docs/en/build-with-claude/compaction, 2026-11; OpenAI's responses alike).
 */
export function mayCompact({ context_management: management }: Fields): boolean {
  const edits = isObject(management) ? management['edits'] : management;
  const isCompaction = (edit: unknown): boolean =>
    isObject(edit) && typeof edit['type'] === 'string' && edit['type'].startsWith('compact');
  return Array.isArray(edits) && edits.some(isCompaction);
}

/** How many tools of Anthropic's the caller runs: each brings a prompt of its own. */
export function anthropicCallerTools({ tools }: Fields): number {
  const isOne = (tool: unknown): boolean => {
    const type = isObject(tool) ? tool['type'] : undefined;
    return typeof type === 'string' && type !== 'custom' && RUN_BY_CALLER.test(type);
  };
  return Array.isArray(tools) ? tools.filter(isOne).length : 0;
}

/** `max_uses` bounds a tool of Anthropic's (platform.claude.com/docs/en/agents-and-tools/tool-use/web-search-tool, 2026-11). */
export function anthropicHostedCalls(body: Fields): HostedToolCalls {
  const { tools, mcp_servers: servers } = body;
  if (isList(servers)) return null;
  const runs = (Array.isArray(tools) ? tools : []).map((tool): HostedToolCalls => {
    if (!isObject(tool) || typeof tool['type'] !== 'string') return 0;
    return RUN_BY_CALLER.test(tool['type']) ? 0 : countOf(tool['max_uses']);
  });
  return sum([...runs, mayCompact(body) ? 1 : 0]);
}

/** Tools of the responses API that the caller runs; all others run at the provider. */
const CALLED_BACK: ReadonlySet<unknown> = new Set([
  'function',
  'custom',
  'computer',
  'computer_use',
  'computer_use_preview',
  'local_shell',
  'apply_patch',
]);

/** `max_tool_calls` bounds all tools that run at the provider together (platform.openai.com/docs/api-reference/responses, 2026-11). */
export function responsesHostedCalls(body: Fields): HostedToolCalls {
  const { tools, max_tool_calls: most } = body;
  const isHosted = (tool: unknown): boolean => isObject(tool) && !CALLED_BACK.has(tool['type']);
  const runs = Array.isArray(tools) && tools.some(isHosted) ? countOf(most) : 0;
  return sum([runs, mayCompact(body) ? 1 : 0]);
}

/**
 * Chat completions have no field that bounds them: `web_search_options` (OpenAI: the model searches once, before it
 * answers), `search_parameters` (xAI), `plugins` (OpenRouter), and tools of types of their own (Groq, OpenRouter).
 */
export function chatHostedCalls(body: Fields): HostedToolCalls {
  const { tools, plugins, search_parameters: search, web_search_options: web } = body;
  const isHosted = (tool: unknown): boolean =>
    isObject(tool) && tool['type'] !== undefined && !CALLED_BACK.has(tool['type']);
  if (isList(plugins) || (Array.isArray(tools) && tools.some(isHosted))) return null;
  if (isObject(search) && search['mode'] !== 'off') return null;
  return isObject(web) ? 1 : 0;
}

/** What the caller declares of a Gemini tool, or runs itself; every other member of a tool runs at Google. */
const DECLARED: ReadonlySet<string> = new Set([
  'functionDeclarations',
  'function_declarations',
  'computerUse',
  'computer_use',
]);

/** Nothing bounds them at Google. */
export function geminiHostedCalls({ tools }: Fields): HostedToolCalls {
  if (!Array.isArray(tools)) return 0;
  const isHosted = (tool: unknown): boolean =>
    isObject(tool) && Object.keys(tool).some((name) => !DECLARED.has(name));
  return tools.some(isHosted) ? null : 0;
}

function isList(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0;
}

/** A number that is none bounds nothing. */
function countOf(most: unknown): HostedToolCalls {
  return typeof most === 'number' && Number.isInteger(most) && most >= 0 ? most : null;
}

function sum(all: readonly HostedToolCalls[]): HostedToolCalls {
  let total = 0;
  for (const one of all) {
    if (one === null) return null;
    total += one;
  }
  return total;
}
