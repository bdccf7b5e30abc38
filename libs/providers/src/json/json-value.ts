import { parseWithArguments } from '@tollgate/neutral';

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What a provider says: tool arguments in it keep every digit. Undefined when the text is no JSON. */
export function parseSaid(text: string): unknown {
  try {
    return parseWithArguments(text);
  } catch {
    return undefined;
  }
}

/** Undefined when the text is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
