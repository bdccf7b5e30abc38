/** JSON text; empty for undefined, which reads back as undefined. */
export function encodeJson(value: unknown): string {
  return value === undefined ? '' : JSON.stringify(value);
}
