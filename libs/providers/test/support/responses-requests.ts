type Json = Readonly<Record<string, unknown>>;

/**
 * A recorded request as it comes back from the neutral model. The declared rules: nothing is kept at the provider;
 * instructions are the first system message; a plain text is one part; the ids, states and phases of earlier items stay
 * behind, and so does what means nothing (null, an empty list); neighbouring messages of the model are one.
 */
export function asRoundTripped(request: Json): Json {
  const { input, instructions, ...rest } = request;
  const items = typeof input === 'string' ? [{ role: 'user', content: input }] : records(input);
  const all =
    typeof instructions === 'string' && instructions !== ''
      ? [{ role: 'system', content: instructions }, ...items]
      : items;
  return asSent({ ...rest, store: false, input: all });
}

/** The same reading of what was sent, so that both can be compared. */
export function asSent(request: Json): Json {
  const { input, include, tools, ...rest } = request;
  const items = records(input).map(normalItem);
  const fields: [string, unknown][] = Object.entries({
    ...rest,
    input: mergeTurns(items),
    include: Array.isArray(include) && include.length > 0 ? include : undefined,
    tools: Array.isArray(tools) ? records(tools).map(withoutNull) : undefined,
  });
  return Object.fromEntries(
    fields
      .filter(([, value]) => value !== undefined && value !== null)
      .filter(([name, value]) => name !== 'stream' || value !== false)
      .map(([name, value]) => [name, isRecord(value) ? withoutNull(value) : value]),
  );
}

function normalItem(item: Json): Json {
  switch (item.type) {
    case undefined:
    case 'message':
      return { role: item.role, content: normalContent(item) };
    case 'function_call':
      return {
        type: item.type,
        call_id: item.call_id,
        name: item.name,
        arguments: item.arguments,
      };
    case 'function_call_output':
      return { type: item.type, call_id: item.call_id, output: item.output };
    case 'reasoning': {
      const rest = withoutKey(item, 'status');
      return Array.isArray(rest.content) && rest.content.length === 0
        ? withoutKey(rest, 'content')
        : rest;
    }
    default:
      return item;
  }
}

function normalContent({ role, content }: Json): unknown {
  const type = role === 'assistant' ? 'output_text' : 'input_text';
  if (typeof content === 'string') return [{ type, text: content }];
  return records(content).map((part) => {
    const { annotations, ...rest } = withoutKey(part, 'logprobs');
    const hasAnnotations = Array.isArray(annotations) && annotations.length > 0;
    const file = typeof rest.file_data === 'string' ? rest.file_data : null;
    return {
      ...rest,
      ...(file?.startsWith('data:') === false
        ? { file_data: `data:application/pdf;base64,${file}` }
        : {}),
      ...(hasAnnotations ? { annotations } : {}),
    };
  });
}

function mergeTurns(items: readonly Json[]): Json[] {
  const merged: Json[] = [];
  for (const item of items) {
    const last = merged.at(-1);
    if (item.role === 'assistant' && last?.role === 'assistant') {
      const content = [...records(last.content), ...records(item.content)];
      merged[merged.length - 1] = { role: 'assistant', content };
    } else merged.push(item);
  }
  return merged;
}

function withoutNull(value: Json): Json {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== null));
}

function withoutKey(value: Json, key: string): Json {
  return withoutNull(Object.fromEntries(Object.entries(value).filter(([name]) => name !== key)));
}

function records(value: unknown): Json[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

function isRecord(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
