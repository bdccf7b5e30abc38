import type { Citation } from '@tollgate/neutral';
import { isObject } from '../chat/fields.ts';
import { optional } from '../json/optional.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Stands before the number of a document in a citation's `url`: clients want a URL on every citation. */
const DOCUMENT = 'document:';

/** `annotations` as citations of the message's text. */
export function decodeAnnotations(annotations: unknown): Citation[] | undefined {
  if (!Array.isArray(annotations) || annotations.length === 0) return undefined;
  return annotations.filter(isObject).map(decodeAnnotation);
}

/** @param offset where the citation's part begins in the message's text */
export function encodeAnnotation(citation: Citation, offset: number): Fields {
  const { original } = citation;
  if (original?.wire === 'openai-chat' && isObject(original.json)) return original.json;
  const { url, title, citedText, startIndex = 0, endIndex = 0, documentIndex } = citation;
  return {
    type: 'url_citation',
    url_citation: {
      url: url ?? (documentIndex === undefined ? '' : `${DOCUMENT}${documentIndex}`),
      title: title ?? '',
      start_index: startIndex + offset,
      end_index: endIndex + offset,
      ...optional('content', citedText),
    },
  };
}

export function decodeAnnotation(annotation: Fields): Citation {
  const original = { wire: 'openai-chat', json: annotation } as const;
  const cited = annotation['url_citation'];
  if (!isObject(cited)) return { kind: 'other', original };
  const { url, title, content, start_index: start, end_index: end } = cited;
  const document = typeof url === 'string' && url.startsWith(DOCUMENT) ? url : undefined;
  const index = document === undefined ? Number.NaN : Number(document.slice(DOCUMENT.length));
  return {
    kind: document === undefined ? 'url' : 'document',
    ...optional('url', typeof url === 'string' && document === undefined ? url : undefined),
    ...optional('title', typeof title === 'string' && title !== '' ? title : undefined),
    ...optional('citedText', typeof content === 'string' ? content : undefined),
    ...optional('startIndex', typeof start === 'number' ? start : undefined),
    ...optional('endIndex', typeof end === 'number' ? end : undefined),
    ...optional('documentIndex', Number.isInteger(index) ? index : undefined),
    original,
  };
}
