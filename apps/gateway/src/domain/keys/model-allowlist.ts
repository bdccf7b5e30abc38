/** A model under each of the names that a caller may use for it. */
export interface NamedModel {
  readonly name: string;
  readonly provider: string;
  readonly connectionName: string;
}

/**
 * Whether a key's allowlist lets the model through. An entry is a model's name, `provider/model` or `connection/model`; a `*`
 * at its end stands for any rest. Null allows all.
 */
export function isAllowed(
  allowlist: readonly string[] | null,
  { name, provider, connectionName }: NamedModel,
): boolean {
  if (allowlist === null) return true;
  const names = [name, `${provider}/${name}`, `${connectionName}/${name}`];
  return allowlist.some((entry) =>
    entry.endsWith('*')
      ? names.some((one) => one.startsWith(entry.slice(0, -1)))
      : names.includes(entry),
  );
}
