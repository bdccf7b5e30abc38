type Json = Readonly<Record<string, unknown>>;

/**
 * A request in one form, so that what was recorded and what was sent can be compared. The declared rules: a text is one
 * block; neighbouring messages of one role are one; null, `is_error: false`, the caller `direct` and `stream: false` are
 * what is meant without them; `output_format` is now `output_config.format`.
 */
export function normalRequest(request: Json): Json {
  const { messages, system, stream, output_format: format, tools, ...rest } = request;
  const config = { ...record(rest.output_config), ...(format ? { format } : {}) };
  return withoutNull({
    ...rest,
    messages: mergeTurns(records(messages)),
    system: system === undefined ? null : blocks(system),
    stream: stream === true ? true : null,
    output_config: Object.keys(config).length > 0 ? config : null,
    tools: Array.isArray(tools) ? records(tools).map(withoutCustom) : null,
  });
}

function mergeTurns(messages: readonly Json[]): readonly Json[] {
  const turns: { role: unknown; content: Json[] }[] = [];
  for (const { role, content } of messages) {
    const last = turns.at(-1);
    if (last && last.role === role) last.content.push(...blocks(content));
    else turns.push({ role, content: [...blocks(content)] });
  }
  return turns;
}

function blocks(content: unknown): readonly Json[] {
  if (content === '') return [];
  if (typeof content === 'string') return [{ type: 'text', text: content }];
  return records(content).map(normalBlock);
}

function normalBlock(block: Json): Json {
  const { content, is_error: isError, caller, ...rest } = withoutNull(block);
  if (rest.type !== 'tool_result') {
    const isDirect = caller === undefined || record(caller).type === 'direct';
    return isDirect ? without(withoutNull(block), 'caller') : withoutNull(block);
  }
  const inner = blocks(content ?? '');
  return {
    ...rest,
    ...(inner.length > 0 ? { content: inner } : {}),
    ...(isError === true ? { is_error: true } : {}),
  };
}

/** `custom` is what a tool is that names no type. */
function withoutCustom(tool: Json): Json {
  return tool.type === 'custom' ? without(tool, 'type') : tool;
}

function without(object: Json, name: string): Json {
  return Object.fromEntries(Object.entries(object).filter(([key]) => key !== name));
}

function withoutNull(object: Json): Json {
  return Object.fromEntries(
    Object.entries(object).filter(([, value]) => value !== null && value !== undefined),
  );
}

function records(value: unknown): readonly Json[] {
  return Array.isArray(value) ? value.map(record) : [];
}

function record(value: unknown): Json {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
