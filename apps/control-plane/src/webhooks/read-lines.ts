import type { Disposition } from '@tollgate/messaging';
import type { z } from 'zod';

/** What could be read of a message, and what to do with it: lines that are not what they should be are set aside. */
export function readLines<T>(
  lines: readonly string[],
  schema: z.ZodType<T>,
): { readonly values: readonly T[]; readonly disposition: Disposition } {
  const values: T[] = [];
  const unread: string[] = [];
  for (const line of lines) {
    const parsed = schema.safeParse(jsonOf(line));
    if (parsed.success) values.push(parsed.data);
    else unread.push(line);
  }
  const disposition: Disposition =
    unread.length > 0
      ? { kind: 'dead', reason: 'is not of its schema', lines: unread }
      : { kind: 'done' };
  return { values, disposition };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
