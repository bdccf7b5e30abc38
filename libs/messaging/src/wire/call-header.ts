/** What the bus itself says in the header of a `call` frame, beside the sender's own header `h`. */
export interface CallFrameHeader {
  /** Deadline, milliseconds since the epoch. */
  readonly d: number;
  /** Credit to start with, bytes. */
  readonly w: number;
  /** Id of the shared context. */
  readonly c: string;
  /** Length of the whole body; more than the frame holds when chunks follow. */
  readonly b: number;
  readonly h: unknown;
}

export function isCallFrameHeader(value: unknown): value is CallFrameHeader {
  if (typeof value !== 'object' || value === null) return false;
  // Each field is looked at before it is believed.
  const header = value as Partial<Record<keyof CallFrameHeader, unknown>>;
  return (
    typeof header.d === 'number' &&
    typeof header.w === 'number' &&
    typeof header.c === 'string' &&
    typeof header.b === 'number' &&
    'h' in header
  );
}

/** What the bus says in the header of a `request` frame, beside the question `q`. */
export interface RequestFrameHeader {
  readonly d: number;
  readonly id?: string;
  readonly tp?: string;
  readonly q: unknown;
}

export function isRequestFrameHeader(value: unknown): value is RequestFrameHeader {
  if (typeof value !== 'object' || value === null) return false;
  const header = value as Partial<Record<keyof RequestFrameHeader, unknown>>;
  return (
    typeof header.d === 'number' &&
    (header.id === undefined || typeof header.id === 'string') &&
    (header.tp === undefined || typeof header.tp === 'string')
  );
}
