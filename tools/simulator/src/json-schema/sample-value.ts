import { isObject, type JsonObject } from './json.ts';
import { numberOr, sampleNumber, sampleString } from './sample-scalar.ts';

/** Thrown for a schema that has no finite sample, or one that would be too large. */
export class UnusableSchema extends Error {}

/** From this depth on only what is required is filled in, and the shortest alternative is taken. */
const fullDepth = 5;
const deepest = 64;
const mostNodes = 10_000;
const mostItems = 1_000;

/**
 * A JSON value that is valid for the schema: `type`, `properties`, `required`, `items`, `prefixItems`, `enum`,
 * `const`, `anyOf`, `oneOf`, `allOf`, local `$ref`, bounds, lengths, formats and plain patterns.
 * Throws `UnusableSchema`. The same schema gives the same value.
 */
export function sampleValue(schema: unknown): unknown {
  return sample({ root: schema, nodes: 0 }, schema, '', 0);
}

interface Sampling {
  readonly root: unknown;
  nodes: number;
}

function sample(state: Sampling, schema: unknown, name: string, depth: number): unknown {
  state.nodes += 1;
  if (depth > deepest) throw new UnusableSchema('The schema never ends.');
  if (state.nodes > mostNodes) throw new UnusableSchema('The schema asks for too much.');
  if (schema === true) return 'sample';
  if (!isObject(schema)) throw new UnusableSchema('A schema is an object or true.');
  if ('const' in schema) return schema.const;
  if (Array.isArray(schema.enum) && schema.enum.length > 0) return schema.enum[0];
  if (typeof schema.$ref === 'string') {
    return sample(state, resolve(state.root, schema.$ref), name, depth + 1);
  }
  if (Array.isArray(schema.allOf)) {
    const { allOf, ...own } = schema;
    return sample(state, merged(state.root, own, listOf(allOf)), name, depth + 1);
  }
  if (Array.isArray(schema.anyOf ?? schema.oneOf)) {
    const { anyOf, oneOf, ...own } = schema;
    const branch = branchOf(listOf(anyOf ?? oneOf), depth);
    const chosen = isObject(own.properties) ? merged(state.root, own, [branch]) : branch;
    return sample(state, chosen, name, depth + 1);
  }
  return byType(state, schema, name, depth);
}

function byType(state: Sampling, schema: JsonObject, name: string, depth: number): unknown {
  switch (typeOf(schema, depth)) {
    case 'object':
      return sampleObject(state, schema, depth);
    case 'array':
      return sampleArray(state, schema, name, depth);
    case 'string':
      return sampleString(schema, name);
    case 'integer':
      return sampleNumber(schema, true);
    case 'number':
      return sampleNumber(schema, false);
    case 'boolean':
      return true;
    case 'null':
      return null;
    default:
      throw new UnusableSchema(`Unknown type ${JSON.stringify(schema.type)}.`);
  }
}

function typeOf(schema: JsonObject, depth: number): unknown {
  if (Array.isArray(schema.type)) {
    const types: readonly unknown[] = schema.type;
    return depth >= fullDepth && types.includes('null') ? 'null' : types[0];
  }
  if (schema.type !== undefined) return schema.type;
  if (isObject(schema.properties)) return 'object';
  if (schema.items !== undefined || schema.prefixItems !== undefined) return 'array';
  if (schema.minimum !== undefined || schema.maximum !== undefined) return 'number';
  return 'string';
}

function sampleObject(state: Sampling, schema: JsonObject, depth: number): unknown {
  const properties = isObject(schema.properties) ? schema.properties : {};
  const required: readonly unknown[] = Array.isArray(schema.required) ? schema.required : [];
  const entries: [string, unknown][] = [];
  for (const [name, property] of Object.entries(properties)) {
    if (depth >= fullDepth && !required.includes(name)) continue;
    entries.push([name, sample(state, property, name, depth + 1)]);
  }
  for (const name of required) {
    if (typeof name !== 'string' || Object.hasOwn(properties, name)) continue;
    const rest = isObject(schema.additionalProperties) ? schema.additionalProperties : true;
    entries.push([name, sample(state, rest, name, depth + 1)]);
  }
  return Object.fromEntries(entries);
}

function sampleArray(state: Sampling, schema: JsonObject, name: string, depth: number): unknown {
  const first: readonly unknown[] = Array.isArray(schema.prefixItems) ? schema.prefixItems : [];
  const values = first.map((item) => sample(state, item, name, depth + 1));
  const least = numberOr(schema.minItems, depth < fullDepth ? 1 : 0);
  const wanted = Math.min(least, numberOr(schema.maxItems, least));
  if (wanted > mostItems) throw new UnusableSchema('The schema asks for too many items.');
  while (values.length < wanted && schema.items !== false) {
    values.push(sample(state, schema.items ?? true, name, depth + 1));
  }
  return values;
}

/** Deep down, `null` ends a recursion; otherwise the first alternative stands, without a reference if need be. */
function branchOf(branches: readonly unknown[], depth: number): unknown {
  if (depth < fullDepth) return branches[0];
  const ending = branches.find((branch) => isObject(branch) && branch.type === 'null');
  const flat = branches.find((branch) => isObject(branch) && branch.$ref === undefined);
  return ending ?? flat ?? branches[0];
}

/** One schema out of several that must all hold: later keywords win, properties and `required` add up. */
function merged(root: unknown, schema: JsonObject, parts: readonly unknown[]): JsonObject {
  let result = schema;
  for (const part of parts) {
    const next = isObject(part) && typeof part.$ref === 'string' ? resolve(root, part.$ref) : part;
    if (!isObject(next)) continue;
    const properties = { ...fieldsOf(result.properties), ...fieldsOf(next.properties) };
    const required = [...listOf(result.required), ...listOf(next.required)];
    result = { ...result, ...next, ...(required.length > 0 ? { required } : {}) };
    if (Object.keys(properties).length > 0) result = { ...result, properties };
  }
  return result;
}

function fieldsOf(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Follows a JSON pointer within the document: `#`, `#/$defs/step`. */
function resolve(root: unknown, reference: string): unknown {
  if (!reference.startsWith('#')) throw new UnusableSchema('Only local references are followed.');
  let target = root;
  for (const token of reference.slice(1).split('/').slice(1)) {
    const name = token.replaceAll('~1', '/').replaceAll('~0', '~');
    if (typeof target !== 'object' || target === null || !Object.hasOwn(target, name)) {
      throw new UnusableSchema(`Nothing stands at ${reference}.`);
    }
    target = Reflect.get(target, name);
  }
  return target;
}
