import { isObject } from '../chat/fields.ts';

/** What stands under these names is the client's own: no name in it is Google's. */
const OPAQUE = new Set([
  'args',
  'response',
  'parametersJsonSchema',
  'responseJsonSchema',
  'labels',
  'default',
  'example',
  'partMetadata',
]);

/**
 * The same JSON with every field in camelCase: Google's API takes both spellings
 * (protobuf.dev/programming-guides/json, 2026-11). Arguments, results, labels and JSON Schemas stay as they are; where
 * both spellings stand side by side, the camelCase one counts.
 */
export function inCamelCase(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const named: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(fields)) {
    const name = camelCase(key);
    if (name === key || !Object.hasOwn(fields, name)) named[name] = converted(name, value);
  }
  return named;
}

function camelCase(key: string): string {
  return key.includes('_') ? key.replace(/_([a-z0-9])/g, (_, next) => next.toUpperCase()) : key;
}

function converted(name: string, value: unknown): unknown {
  if (OPAQUE.has(name)) return value;
  if (Array.isArray(value)) return value.map((item) => converted('', item));
  if (!isObject(value)) return value;
  return name === 'properties' ? withOwnKeys(value) : inCamelCase(value);
}

/** The keys of a schema's `properties` are the client's, the schemas under them Google's. */
function withOwnKeys(properties: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(properties).map(([key, schema]) => [key, converted('', schema)]),
  );
}
