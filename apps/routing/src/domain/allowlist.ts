/** What the allowlist is held against: the model under each of the names that a caller may use for it. */
export interface NamedModel {
  readonly provider: string;
  readonly connectionName: string;
  readonly model: string;
}

/**
 * Whether a key's allowlist lets the model through. An entry is a model's name, `provider/model` or `connection/model`; a `*`
 * at its end stands for any rest. Null allows all, an empty list nothing.
 */
export function isAllowed(allowlist: readonly string[] | null, named: NamedModel): boolean {
  if (allowlist === null) return true;
  const names = [
    named.model,
    `${named.provider}/${named.model}`,
    `${named.connectionName}/${named.model}`,
  ];
  return allowlist.some((entry) =>
    entry.endsWith('*')
      ? names.some((name) => name.startsWith(entry.slice(0, -1)))
      : names.includes(entry),
  );
}
