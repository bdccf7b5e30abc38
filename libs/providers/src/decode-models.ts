const LONGEST_NAME = 256;

/** The ids of `{ data: [{ id }] }`; undefined for anything else. What stands in the list without a usable id is left out. */
export function decodeModels(body: Buffer): readonly string[] | undefined {
  const list = parse(body);
  if (typeof list !== 'object' || list === null || !('data' in list)) return undefined;
  if (!Array.isArray(list.data)) return undefined;
  return list.data.map(idOf).filter((id) => id !== undefined);
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    return undefined;
  }
}

function idOf(model: unknown): string | undefined {
  if (typeof model !== 'object' || model === null || !('id' in model)) return undefined;
  const { id } = model;
  return typeof id === 'string' && id !== '' && id.length <= LONGEST_NAME ? id : undefined;
}
