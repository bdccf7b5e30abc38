import { type FieldProblem, isObject } from '../chat/fields.ts';
import { inCamelCase } from '../gemini-generate/field-names.ts';
import type { Fields } from '../operation/read-fields.ts';

/** What one vector is asked for by, in camelCase, with the place of each in the body. */
export interface EmbedRequest {
  readonly fields: Fields;
  /** Empty, or `requests[3].`. */
  readonly place: string;
  readonly parts: readonly Fields[];
}

export interface EmbedRequests {
  /** The body is one of `batchEmbedContents`. */
  readonly isBatch: boolean;
  readonly requests: readonly EmbedRequest[];
}

export type EmbedReading =
  | { readonly ok: true; readonly value: EmbedRequests }
  | { readonly ok: false; readonly problem: FieldProblem };

export function readEmbedRequests(body: Fields): EmbedReading {
  const list = body['requests'];
  if (list === undefined) return readAll([body], false);
  if (!Array.isArray(list) || list.length === 0 || !list.every(isObject))
    return refuse('requests', '"requests" must be a non-empty array of objects.');
  return readAll(list, true);
}

function readAll(list: readonly Fields[], isBatch: boolean): EmbedReading {
  const requests: EmbedRequest[] = [];
  for (const [index, one] of list.entries()) {
    const place = isBatch ? `requests[${index}].` : '';
    const fields = inCamelCase(one);
    const parts = partsOf(fields['content']);
    if (!parts) {
      const param = `${place}content`;
      return refuse(param, `"${param}" must be an object with "parts".`);
    }
    requests.push({ fields, place, parts });
  }
  return { ok: true, value: { isBatch, requests } };
}

function partsOf(content: unknown): readonly Fields[] | undefined {
  const parts = isObject(content) ? content['parts'] : undefined;
  if (isObject(parts)) return [parts];
  return Array.isArray(parts) && parts.length > 0 && parts.every(isObject) ? parts : undefined;
}

function refuse(param: string, message: string): EmbedReading {
  return { ok: false, problem: { param, message } };
}
