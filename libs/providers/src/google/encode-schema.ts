import type { Losses } from '@tollgate/neutral';
import { isRecord } from '../json/json-value.ts';
import type { Json } from './encode-context.ts';

type Schema = Readonly<Record<string, unknown>>;

/** Keywords of Google's `Schema` beside those that are rewritten (ai.google.dev/api/caching#Schema, 2026-11). */
const PLAIN = new Set([
  'title',
  'description',
  'default',
  'minItems',
  'maxItems',
  'minLength',
  'maxLength',
  'minProperties',
  'maxProperties',
  'minimum',
  'maximum',
  'pattern',
  'required',
  'propertyOrdering',
]);

/** Keywords that only JSON Schema can say; with one of them the schema goes as `parametersJsonSchema`. */
const NEEDS_JSON_SCHEMA = new Set([
  '$ref',
  '$defs',
  'definitions',
  'oneOf',
  'allOf',
  'not',
  'prefixItems',
  'patternProperties',
  'dependentRequired',
  'dependentSchemas',
  'if',
  'then',
  'else',
  'contains',
  'propertyNames',
  'unevaluatedProperties',
]);

/** Formats that Google takes on texts; on numbers it takes those of OpenAPI. */
const TEXT_FORMATS = new Set(['enum', 'date-time']);
const NUMBER_FORMATS = new Set(['float', 'double', 'int32', 'int64']);

const TYPES = new Set(['string', 'number', 'integer', 'boolean', 'array', 'object', 'null']);

/** What no form of Google's API takes, and what says nothing about the value. */
const STRIPPED = new Set(['$schema', '$comment', 'examples', 'discriminator']);

/** The field of a declaration that holds the schema, with the schema in it. */
export function encodeParameters(schema: Schema, losses: Losses, path: string): Json {
  const adapted = new Set<string>();
  const parameters = encodeSchema(schema, adapted);
  if (parameters) {
    for (const keyword of adapted) losses.adapt(`${path}.${keyword}`);
    return { parameters };
  }
  return { parametersJsonSchema: withoutStripped(schema, losses, path) };
}

/** JSON Schema without what Google does not take. */
export function withoutStripped(schema: Schema, losses: Losses, path: string): Json {
  const kept: Json = {};
  for (const [keyword, value] of Object.entries(schema)) {
    if (STRIPPED.has(keyword)) losses.adapt(`${path}.${keyword}`);
    else if (keyword === 'properties' || keyword === '$defs' || keyword === 'definitions')
      kept[keyword] = mapValues(value, (one) => withoutStripped(one, losses, path));
    else if (Array.isArray(value) && /^(anyOf|oneOf|allOf|prefixItems)$/.test(keyword))
      kept[keyword] = value.map((one) =>
        isRecord(one) ? withoutStripped(one, losses, path) : one,
      );
    else if (/^(items|additionalProperties|not)$/.test(keyword) && isRecord(value))
      kept[keyword] = withoutStripped(value, losses, path);
    else kept[keyword] = value;
  }
  return kept;
}

/** Google's `Schema` for a JSON Schema; undefined when it cannot say all of it. */
function encodeSchema(schema: Schema, adapted: Set<string>): Json | undefined {
  const encoded: Json = {};
  for (const [keyword, value] of Object.entries(schema)) {
    if (NEEDS_JSON_SCHEMA.has(keyword)) return undefined;
    if (PLAIN.has(keyword)) encoded[keyword] = value;
    else if (!encodeKeyword(encoded, keyword, value, schema, adapted)) return undefined;
  }
  // Words without a type are texts, and Google asks for the type.
  return 'enum' in encoded ? { type: 'STRING', ...encoded } : encoded;
}

function encodeKeyword(
  encoded: Json,
  keyword: string,
  value: unknown,
  schema: Schema,
  adapted: Set<string>,
): boolean {
  switch (keyword) {
    case 'type':
      return encodeType(encoded, value);
    case 'nullable':
      if (value === true) encoded.nullable = true;
      return true;
    case 'enum':
      encoded.enum = value;
      return Array.isArray(value) && value.every((one) => typeof one === 'string');
    case 'const':
      adapted.add('const');
      encoded.enum = [value];
      return typeof value === 'string';
    case 'properties': {
      const properties = encodeEach(value, adapted);
      if (properties) encoded.properties = properties;
      return properties !== undefined;
    }
    case 'items': {
      const items = isRecord(value) ? encodeSchema(value, adapted) : undefined;
      if (items) encoded.items = items;
      return items !== undefined;
    }
    case 'anyOf': {
      const options = Array.isArray(value)
        ? value.map((one) => (isRecord(one) ? encodeSchema(one, adapted) : undefined))
        : [undefined];
      encoded.anyOf = options;
      return options.every((one) => one !== undefined);
    }
    case 'format': {
      const isKnown = schema.type === 'string' ? TEXT_FORMATS : NUMBER_FORMATS;
      if (typeof value === 'string' && isKnown.has(value)) encoded.format = value;
      else adapted.add('format');
      return true;
    }
    case 'additionalProperties':
      if (typeof value !== 'boolean') return false;
      adapted.add(keyword);
      return true;
    case 'examples':
      if (Array.isArray(value) && value.length === 1) encoded.example = value[0];
      else adapted.add(keyword);
      return true;
    default:
      adapted.add(keyword);
      return true;
  }
}

function encodeType(encoded: Json, type: unknown): boolean {
  if (typeof type === 'string' && TYPES.has(type)) {
    encoded.type = type.toUpperCase();
    return true;
  }
  if (!Array.isArray(type) || type.length !== 2 || !type.includes('null')) return false;
  const [other] = type.filter((name) => name !== 'null');
  if (typeof other !== 'string' || !TYPES.has(other)) return false;
  encoded.type = other.toUpperCase();
  encoded.nullable = true;
  return true;
}

function encodeEach(value: unknown, adapted: Set<string>): Json | undefined {
  if (!isRecord(value)) return undefined;
  const encoded: Json = {};
  for (const [key, schema] of Object.entries(value)) {
    const one = isRecord(schema) ? encodeSchema(schema, adapted) : undefined;
    if (!one) return undefined;
    encoded[key] = one;
  }
  return encoded;
}

function mapValues(value: unknown, map: (schema: Schema) => Json): unknown {
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [key, isRecord(one) ? map(one) : one]),
  );
}
