import { type ChatWays, chatWaysOf } from '../../src/openai-compatible/chat-wire/chat-ways.ts';
import { isRecord } from '../../src/json/json-value.ts';
import type { Json, Member } from './recorded-chats.ts';

/**
 * A recorded request after the declared rules, so that it can be compared with what the wire makes of it:
 * null and empty fields say nothing; one text is a string; `stop` is a list; the cap, the seed and the effort take the
 * vendor's name; what stands on a message stands on its last part; the forms of before `tool_calls` become today's.
 */
export function normalRequest(request: Json, slug: Member): Json {
  const ways = chatWaysOf(slug);
  const { max_tokens: oldCap, max_completion_tokens: newCap, stop, n, stream, ...rest } = request;
  const { functions, function_call: functionCall, ...fields } = rest;
  const { messages, tools, tool_choice: choice, reasoning, ...others } = fields;
  return withoutEmpty({
    ...others,
    stream_options: null,
    cap: newCap ?? oldCap,
    stop: typeof stop === 'string' ? [stop] : stop,
    n: n === 1 && !ways.takes.has('n') ? undefined : n,
    stream: stream === true ? true : undefined,
    tools: Array.isArray(tools)
      ? tools.map((tool) => normalTool(tool, ways))
      : normalOld(functions),
    tool_choice: normalChoice(choice ?? functionCall),
    reasoning: isRecord(reasoning) && Object.keys(reasoning).length > 0 ? reasoning : undefined,
    messages: Array.isArray(messages) ? normalMessages(messages, ways) : messages,
  });
}

function normalOld(functions: unknown): unknown {
  if (!Array.isArray(functions)) return undefined;
  return functions.map((named: unknown) => ({ type: 'function', function: named }));
}

function normalTool(tool: unknown, ways: ChatWays): unknown {
  if (!isRecord(tool) || !isRecord(tool.function)) return tool;
  const { strict, parameters, ...named } = tool.function;
  const kept = {
    ...named,
    parameters: parameters ?? (ways.needsParameters ? { type: 'object', properties: {} } : null),
    strict: ways.takesStrictTools ? strict : null,
  };
  return { ...tool, type: 'function', function: withoutEmpty(kept, true) };
}

function normalChoice(choice: unknown): unknown {
  if (choice === 'any') return 'required';
  if (isRecord(choice) && typeof choice.name === 'string')
    return { type: 'function', function: { name: choice.name } };
  return choice;
}

function normalMessages(messages: readonly unknown[], ways: ChatWays): unknown[] {
  let id = '';
  return messages.filter(isRecord).map((message, at) => {
    const { role, function_call: call, cache_control: cache, ...rest } = message;
    if (isRecord(call)) id = `call_${at}`;
    const calls = isRecord(call) ? [{ id, type: 'function', function: call }] : rest.tool_calls;
    const isFunction = role === 'function';
    const spoken = role === 'developer' && !ways.knowsDeveloper ? 'system' : role;
    const { reasoning, reasoning_content: content, reasoning_details: details } = rest;
    const marked = withMark(rest.content, role === 'tool' ? undefined : cache);
    return withoutEmpty({
      ...rest,
      role: isFunction ? 'tool' : spoken,
      ...(isFunction ? { tool_call_id: id } : {}),
      ...(role === 'tool' ? { cache_control: cache } : {}),
      content: normalContent(marked, role === 'assistant'),
      tool_calls: normalCalls(calls),
      ...normalReasoning(content ?? reasoning, details, ways),
    });
  });
}

function withMark(content: unknown, cache: unknown): unknown {
  if (!cache) return content;
  const parts = typeof content === 'string' ? [{ type: 'text', text: content }] : content;
  if (!Array.isArray(parts)) return content;
  return parts.with(-1, { ...parts.at(-1), cache_control: cache });
}

function normalReasoning(text: unknown, details: unknown, ways: ChatWays): Json {
  const plain = { reasoning: null, reasoning_content: null, reasoning_details: null };
  if (ways.reasoningBack === 'none') return plain;
  if (ways.reasoningBack === 'details') {
    const saysMore =
      Array.isArray(details) &&
      details.some(
        (d: Json) => d.signature || d.data || d.id || (d.format ?? 'unknown') !== 'unknown',
      );
    if (saysMore) return { ...plain, reasoning_details: details };
    const said = Array.isArray(details) ? details.map((d: Json) => d.text).join('') : text;
    return { ...plain, reasoning: said };
  }
  return ways.reasoningBack === 'thinking-chunk' ? plain : { ...plain, [ways.reasoningBack]: text };
}

function normalCalls(calls: unknown): unknown {
  if (!Array.isArray(calls)) return calls;
  return calls
    .filter(isRecord)
    .map(({ index: _index, ...call }) => ({ type: 'function', ...call }));
}

function normalContent(content: unknown, isAssistant: boolean): unknown {
  if (!Array.isArray(content)) return content;
  const parts = content.filter(isRecord).map(normalPart);
  const isText = parts.every((part) => part.type === 'text' && !part.cache_control);
  if (isText && (isAssistant || parts.length === 1)) return parts.map((part) => part.text).join('');
  return parts;
}

/** URLs may stand alone. */
function normalPart(part: Json): Json {
  const { image_url: url } = part;
  return typeof url === 'string' ? { ...part, image_url: { url } } : part;
}

/** @param onlyNull keeps empty texts and lists */
export function withoutEmpty(fields: Json, onlyNull = false): Json {
  const isEmpty = (value: unknown): boolean =>
    value === null ||
    value === undefined ||
    (!onlyNull && (value === '' || (Array.isArray(value) && value.length === 0)));
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => !isEmpty(value)));
}
