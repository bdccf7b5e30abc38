import { isRecord, parseJson } from '../json/json-value.ts';

const LONGEST_NAME = 256;

/** Names without `models/` of AI Studio's list or Vertex's; undefined for anything else. */
export function decodeModels(body: Buffer): readonly string[] | undefined {
  const list = parseJson(body.toString());
  if (!isRecord(list)) return undefined;
  const models = list.models ?? list.publisherModels;
  if (!Array.isArray(models)) return undefined;
  return models.flatMap((model) => {
    const name = isRecord(model) && typeof model.name === 'string' ? model.name : '';
    const last = name.slice(name.lastIndexOf('/') + 1);
    return last !== '' && last.length <= LONGEST_NAME ? [last] : [];
  });
}
