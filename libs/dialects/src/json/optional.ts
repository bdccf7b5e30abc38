/** `{ [key]: value }`, or nothing at all when the value is undefined: a field that was not named stays unnamed. */
export function optional<Key extends string, Value>(
  key: Key,
  value: Value | undefined,
): { readonly [Name in Key]?: Value } {
  // A computed key widens to `string`.
  return value === undefined ? {} : ({ [key]: value } as { [Name in Key]: Value });
}
