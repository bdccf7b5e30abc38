/** The client's own name for a field that is named as OpenAI names it; what stands behind it in a path stays. */
export function clientName(
  name: string,
  fieldNames: Readonly<Partial<Record<string, string>>>,
): string {
  const end = name.search(/[.[]/);
  const field = end < 0 ? name : name.slice(0, end);
  const known = Object.hasOwn(fieldNames, field) ? fieldNames[field] : undefined;
  return known === undefined ? name : known + name.slice(field.length);
}
