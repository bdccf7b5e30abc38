/** A field at fault, with what the caller reads. */
export interface FieldProblem {
  readonly param: string;
  readonly message: string;
}

const LONGEST_KEY = 64;
const LONGEST_VALUE = 512;
const MOST_ENTRIES = 32;

export const NO_METADATA: Readonly<Record<string, string>> = Object.freeze({});

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Left out, or null as several SDKs write it. */
export function isAbsent(value: unknown): value is null | undefined {
  return value === undefined || value === null;
}

export function optionalInteger(
  body: Readonly<Record<string, unknown>>,
  param: string,
  lowest: number,
  highest: number,
): FieldProblem | null {
  const value = body[param];
  if (isAbsent(value)) return null;
  if (Number.isInteger(value) && Number(value) >= lowest && Number(value) <= highest) return null;
  return { param, message: `"${param}" must be a whole number from ${lowest} to ${highest}.` };
}

export function optionalString(
  body: Readonly<Record<string, unknown>>,
  param: string,
  longest: number,
): FieldProblem | null {
  const value = body[param];
  if (isAbsent(value) || (typeof value === 'string' && value.length <= longest)) return null;
  return { param, message: `"${param}" must be a string of at most ${longest} characters.` };
}

/** An object of strings, small enough to stand in every record. */
export function checkMetadata(value: unknown): FieldProblem | null {
  const param = 'metadata';
  if (!isObject(value)) return { param, message: '"metadata" must be an object of strings.' };
  const keys = Object.keys(value);
  if (keys.length > MOST_ENTRIES) {
    return { param, message: `"metadata" may have ${MOST_ENTRIES} entries at most.` };
  }
  for (const key of keys) {
    const text = value[key];
    if (typeof text !== 'string')
      return { param, message: '"metadata" must be an object of strings.' };
    if (key.length > LONGEST_KEY || text.length > LONGEST_VALUE) {
      return {
        param,
        message: `"metadata" takes names of ${LONGEST_KEY} and values of ${LONGEST_VALUE} characters at most.`,
      };
    }
  }
  return null;
}
