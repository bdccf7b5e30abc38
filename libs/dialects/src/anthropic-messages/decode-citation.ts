import type { Citation } from '@tollgate/neutral';
import { isObject } from '../chat/fields.ts';

/** Anthropic's citations, each kept as it was written beside what every vendor understands of it. */
export function decodeCitations(raw: unknown): readonly Citation[] {
  return Array.isArray(raw) ? raw.filter(isObject).map(decodeCitation) : [];
}

function decodeCitation(json: Readonly<Record<string, unknown>>): Citation {
  const { type, url, source, cited_text: citedText, document_index: documentIndex } = json;
  const title = json['title'] ?? json['document_title'];
  const link = url ?? source;
  const kind = typeof documentIndex === 'number' ? 'document' : link ? 'url' : 'other';
  return {
    kind: type === 'search_result_location' && !isLink(link) ? 'other' : kind,
    ...(isLink(link) ? { url: link } : {}),
    ...(typeof title === 'string' ? { title } : {}),
    ...(typeof citedText === 'string' ? { citedText } : {}),
    ...(typeof documentIndex === 'number' ? { documentIndex } : {}),
    original: { wire: 'anthropic', json },
  };
}

function isLink(value: unknown): value is string {
  return typeof value === 'string' && /^https?:\/\//.test(value);
}
