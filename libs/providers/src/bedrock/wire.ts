/** A JSON object on its way to Converse. Its shape is checked against AWS's own types by the tests. */
export type JsonObject = Record<string, unknown>;

/** A JSON object that came from Converse: nothing in it is taken for granted. */
export type WireObject = Readonly<Record<string, unknown>>;

export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
