import { UnsupportedPattern, samplePattern } from './sample-pattern.ts';
import type { JsonObject } from './json.ts';

const byFormat: Readonly<Record<string, string>> = {
  'date-time': '2026-01-31T12:00:00Z',
  date: '2026-01-31',
  time: '12:00:00Z',
  duration: 'P1D',
  email: 'someone@example.com',
  'idn-email': 'someone@example.com',
  hostname: 'example.com',
  uri: 'https://example.com/sample',
  'uri-reference': '/sample',
  iri: 'https://example.com/sample',
  ipv4: '192.0.2.1',
  ipv6: '2001:db8::1',
  uuid: '3f2b8c1e-5d4a-4b6f-9a7e-1c2d3e4f5a6b',
  'json-pointer': '/sample',
  regex: '^sample$',
};

const longestText = 10_000;

/** Text that keeps format, pattern and lengths; `name` is the property it is for. */
export function sampleString(schema: JsonObject, name: string): string {
  const format = typeof schema.format === 'string' ? byFormat[schema.format] : undefined;
  if (format !== undefined) return format;
  const least = Math.min(numberOr(schema.minLength, 0), longestText);
  const most = numberOr(schema.maxLength, longestText);
  if (typeof schema.pattern === 'string') return fromPattern(schema.pattern);
  const text = name === '' ? 'sample' : `sample ${name}`;
  return text.padEnd(least, '.').slice(0, Math.max(most, least));
}

function fromPattern(pattern: string): string {
  try {
    return samplePattern(pattern);
  } catch (failure) {
    if (failure instanceof UnsupportedPattern) return 'sample';
    throw failure;
  }
}

/** A number within the bounds, and a multiple of `multipleOf` where there is one. */
export function sampleNumber(schema: JsonObject, isInteger: boolean): number {
  const step = numberOr(schema.multipleOf, isInteger ? 1 : 0);
  const least = lowerBound(schema, isInteger);
  const most = upperBound(schema, isInteger);
  const wished = isInteger ? 7 : 7.5;
  const within = Math.min(Math.max(wished, least), most);
  if (step <= 0) return within;
  const up = Math.ceil(Math.max(within, least) / step) * step;
  return up <= most ? up : Math.floor(most / step) * step;
}

function lowerBound(schema: JsonObject, isInteger: boolean): number {
  const inclusive = numberOr(schema.minimum, Number.NEGATIVE_INFINITY);
  const exclusive = numberOr(schema.exclusiveMinimum, Number.NEGATIVE_INFINITY);
  return Math.max(inclusive, isInteger ? Math.floor(exclusive) + 1 : nudged(schema, exclusive, 1));
}

function upperBound(schema: JsonObject, isInteger: boolean): number {
  const inclusive = numberOr(schema.maximum, Number.POSITIVE_INFINITY);
  const exclusive = numberOr(schema.exclusiveMaximum, Number.POSITIVE_INFINITY);
  return Math.min(inclusive, isInteger ? Math.ceil(exclusive) - 1 : nudged(schema, exclusive, -1));
}

/** A little inside an exclusive bound: a thousandth of the room there is, so that both bounds can hold. */
function nudged(schema: JsonObject, bound: number, direction: 1 | -1): number {
  const low = Math.max(numberOr(schema.minimum, -1e6), numberOr(schema.exclusiveMinimum, -1e6));
  const high = Math.min(numberOr(schema.maximum, 1e6), numberOr(schema.exclusiveMaximum, 1e6));
  return bound + direction * Math.max((high - low) / 1_000, Number.EPSILON);
}

export function numberOr(value: unknown, otherwise: number): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : otherwise;
}
