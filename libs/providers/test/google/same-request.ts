type Json = Record<string, unknown>;

const CAMEL = /_([a-z0-9])/g;
/** What stands under these names is the client's own. */
const OPAQUE = new Set(['args', 'response', 'labels']);
const SCHEMAS = new Set([
  'parameters',
  'parametersJsonSchema',
  'responseSchema',
  'responseJsonSchema',
]);
/** Either form of a schema says the same. */
const ONE_FORM: Readonly<Record<string, string>> = {
  parametersJsonSchema: 'parameters',
  responseJsonSchema: 'responseSchema',
};
const TYPES = ['', 'string', 'number', 'integer', 'boolean', 'array', 'object', 'null'];

/**
 * A request by the declared rules of the neutral model, so that what was recorded and what is sent may be compared: one
 * spelling of names, one alphabet of base64, one form of schemas, functions in one tool, neighbours of one role in one
 * turn, parts in a list, no ids of calls, no nulls, no role of the system instruction.
 */
export function canonical(request: unknown): unknown {
  const body = renamed(request);
  if (!isJson(body)) return body;
  const rest: Json = { ...body };
  delete rest.model;
  const tools: unknown = rest.tools;
  if (Array.isArray(tools)) rest.tools = mergedTools(tools);
  if (isJson(rest.systemInstruction)) rest.systemInstruction = listOf(rest.systemInstruction.parts);
  rest.contents = mergedTurns(listOf(rest.contents));
  for (const name of ['generationConfig', 'toolConfig'])
    if (isJson(rest[name]) && Object.keys(rest[name]).length === 0) delete rest[name];
  return rest;
}

function renamed(value: unknown, name = ''): unknown {
  if (OPAQUE.has(name)) return value;
  if (SCHEMAS.has(name)) return schemaOf(value);
  if (Array.isArray(value)) return value.map((one) => renamed(one));
  if (name === 'data' && typeof value === 'string')
    return value.replaceAll('-', '+').replaceAll('_', '/');
  if (!isJson(value))
    return /^(mode|thinkingLevel)$/.test(name) ? String(value).toUpperCase() : value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, one]) => one !== null)
      .map(([key, one]) => {
        const camel = key.replace(CAMEL, (_, next: string) => next.toUpperCase());
        return [ONE_FORM[camel] ?? camel, renamed(one, camel)];
      }),
  );
}

/** Types in lower case; null as one of them. */
function schemaOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(schemaOf);
  if (!isJson(value)) return value;
  const schema: Json = {};
  for (const [key, one] of Object.entries(value)) {
    const camel = key.replace(CAMEL, (_, next: string) => next.toUpperCase());
    if (camel === 'properties' && isJson(one))
      schema.properties = Object.fromEntries(
        Object.entries(one).map(([name, property]) => [name, schemaOf(property)]),
      );
    else schema[camel] = camel === 'type' ? typeOf(one) : schemaOf(one);
  }
  if (schema.nullable === true && typeof schema.type === 'string') {
    schema.type = [schema.type, 'null'];
    delete schema.nullable;
  }
  return schema;
}

function typeOf(type: unknown): unknown {
  if (typeof type === 'number') return TYPES[type];
  return typeof type === 'string' ? type.toLowerCase() : type;
}

function mergedTools(tools: readonly unknown[]): readonly Json[] {
  const declarations: unknown[] = [];
  const others: Json[] = [];
  for (const tool of tools.filter(isJson))
    for (const [key, value] of Object.entries(tool))
      if (key === 'functionDeclarations') declarations.push(...listOf(value));
      else others.push({ [key]: value });
  return [...(declarations.length > 0 ? [{ functionDeclarations: declarations }] : []), ...others];
}

function mergedTurns(contents: readonly unknown[]): readonly Json[] {
  const turns: { role: string; parts: unknown[] }[] = [];
  for (const content of contents.filter(isJson)) {
    const role = content.role === 'model' ? 'model' : 'user';
    const parts = listOf(content.parts).map(withoutIds);
    const last = turns.at(-1);
    if (last?.role === role) last.parts.push(...parts);
    else turns.push({ role, parts });
  }
  return turns;
}

function withoutIds(part: unknown): unknown {
  if (!isJson(part)) return part;
  const copy: Json = { ...part };
  // A thought without words and one with none are the same.
  if (copy.thought === true) copy.text ??= '';
  for (const name of ['functionCall', 'functionResponse'])
    if (isJson(copy[name])) {
      const inner: Json = name === 'functionCall' ? { args: {}, ...copy[name] } : { ...copy[name] };
      delete inner.id;
      copy[name] = inner;
    }
  return copy;
}

function listOf(value: unknown): readonly unknown[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
