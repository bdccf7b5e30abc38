import { isObject } from '../chat/fields.ts';

type Schema = Readonly<Record<string, unknown>>;

/** protobuf's JSON takes an enum's number as well as its name. */
const TYPES_BY_NUMBER = [
  undefined,
  'string',
  'number',
  'integer',
  'boolean',
  'array',
  'object',
  'null',
] as const;

/** 64-bit integers that protobuf's JSON writes as texts. */
const COUNTS = ['minItems', 'maxItems', 'minLength', 'maxLength', 'minProperties', 'maxProperties'];

/** Google's `Schema` (a subset of OpenAPI 3.0, types in capitals) as JSON Schema. Keywords that it does not know stay. */
export function decodeSchema(schema: Schema): Record<string, unknown> {
  const { type, nullable, example, properties, items, anyOf, ...rest } = schema;
  const decoded: Record<string, unknown> = { ...rest };
  for (const name of COUNTS) {
    const value = decoded[name];
    if (typeof value === 'string' && /^\d{1,15}$/.test(value)) decoded[name] = Number(value);
  }
  const typeName = decodeType(type);
  if (typeName !== undefined) decoded['type'] = nullable === true ? [typeName, 'null'] : typeName;
  else if (nullable === true) decoded['nullable'] = true;
  if (example !== undefined) decoded['examples'] = [example];
  if (isObject(properties))
    decoded['properties'] = Object.fromEntries(
      Object.entries(properties).map(([key, value]) => [key, decodeAny(value)]),
    );
  if (items !== undefined) decoded['items'] = decodeAny(items);
  if (Array.isArray(anyOf)) decoded['anyOf'] = anyOf.map(decodeAny);
  return decoded;
}

function decodeAny(value: unknown): unknown {
  return isObject(value) ? decodeSchema(value) : value;
}

function decodeType(type: unknown): unknown {
  if (typeof type === 'number') return TYPES_BY_NUMBER[type];
  if (type === 'TYPE_UNSPECIFIED') return undefined;
  return typeof type === 'string' ? type.toLowerCase() : type;
}
