import type { Losses } from '@tollgate/neutral';
import { isRecord } from '../json/json-value.ts';

type Json = Readonly<Record<string, unknown>>;

/** Keywords that Anthropic refuses at the top of a tool's schema (400: "does not support oneOf, allOf, or anyOf at the top level"). */
const NOT_AT_THE_TOP = ['anyOf', 'oneOf', 'allOf'] as const;

/**
 * The schema of a tool's arguments. Anthropic takes JSON Schema, but no combination at its top, and wants an object.
 * What is left out is named by its place.
 */
export function encodeToolSchema(schema: Json | undefined, losses: Losses): Json {
  if (!schema) return { type: 'object', properties: {} };
  const { $schema, ...rest } = schema;
  if ($schema !== undefined) losses.adapt('tools[].function.parameters.$schema');
  const kept = Object.fromEntries(
    Object.entries(rest).filter(([keyword]) => {
      const isRefused = NOT_AT_THE_TOP.some((name) => name === keyword);
      if (isRefused) losses.drop(`tools[].function.parameters.${keyword}`);
      return !isRefused;
    }),
  );
  return kept.type === 'object' ? kept : { ...kept, type: 'object' };
}

/** What a schema that the answer is held to may use (platform.claude.com, structured outputs, 2026-11). */
const STRICT_KEYWORDS: ReadonlySet<string> = new Set([
  'type',
  'properties',
  'required',
  'additionalProperties',
  'items',
  'enum',
  'const',
  'anyOf',
  'allOf',
  '$ref',
  '$defs',
  'definitions',
  'description',
  'title',
  'default',
  'format',
  'minItems',
]);
const FORMATS: ReadonlySet<unknown> = new Set([
  'date-time',
  'time',
  'date',
  'duration',
  'email',
  'hostname',
  'uri',
  'ipv4',
  'ipv6',
  'uuid',
]);

/**
 * The schema that an answer or a strict tool is held to: constraints that Anthropic cannot hold to are left out, each
 * named, and every object is closed, as it must be.
 * @param path the schema's place in the request, e.g. `response_format.json_schema.schema`
 */
export function encodeStrictSchema(schema: Json, path: string, losses: Losses): Json {
  const kept: Record<string, unknown> = {};
  for (const [keyword, value] of Object.entries(schema)) {
    if (keyword === 'oneOf' && Array.isArray(value)) {
      losses.adapt(`${path}.oneOf`);
      kept.anyOf = each(value, path, losses);
    } else if (isTaken(keyword, value)) {
      kept[keyword] = encodeKeyword(keyword, value, path, losses);
    } else losses.adapt(`${path}.${keyword}`);
  }
  const isObject = kept.type === 'object' || kept.properties !== undefined;
  if (isObject && kept.additionalProperties !== false) {
    losses.adapt(`${path}.additionalProperties`);
    kept.additionalProperties = false;
  }
  return kept;
}

function isTaken(keyword: string, value: unknown): boolean {
  if (keyword === 'format') return FORMATS.has(value);
  if (keyword === 'minItems') return value === 0 || value === 1;
  return STRICT_KEYWORDS.has(keyword);
}

function encodeKeyword(keyword: string, value: unknown, path: string, losses: Losses): unknown {
  switch (keyword) {
    case 'properties':
    case '$defs':
    case 'definitions':
      return isRecord(value) ? eachOf(value, path, losses) : value;
    case 'anyOf':
    case 'allOf':
      return Array.isArray(value) ? each(value, path, losses) : value;
    case 'items':
      return isRecord(value) ? encodeStrictSchema(value, path, losses) : value;
    default:
      return value;
  }
}

function eachOf(schemas: Json, path: string, losses: Losses): Json {
  const entries = Object.entries(schemas).map(([name, schema]): [string, unknown] => [
    name,
    isRecord(schema) ? encodeStrictSchema(schema, path, losses) : schema,
  ]);
  return Object.fromEntries(entries);
}

function each(schemas: readonly unknown[], path: string, losses: Losses): readonly unknown[] {
  return schemas.map((schema) =>
    isRecord(schema) ? encodeStrictSchema(schema, path, losses) : schema,
  );
}
