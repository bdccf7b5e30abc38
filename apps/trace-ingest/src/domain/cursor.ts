/** A place in a list of requests that runs from new to old. */
export interface Cursor {
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly id: string;
}

const CURSOR = /^([0-9a-z]{1,11})\.([0-9A-Za-z_-]{1,64})$/;
const RADIX = 36;

/** Opaque to callers. */
export function encodeCursor(cursor: Cursor): string {
  return `${cursor.startedAt.toString(RADIX)}.${cursor.id}`;
}

/** Undefined for anything that is no cursor of ours. */
export function decodeCursor(text: string): Cursor | undefined {
  const match = CURSOR.exec(text);
  if (!match?.[1] || !match[2]) return undefined;
  const startedAt = Number.parseInt(match[1], RADIX);
  return Number.isSafeInteger(startedAt) ? { startedAt, id: match[2] } : undefined;
}
