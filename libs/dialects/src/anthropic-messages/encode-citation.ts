import type { Citation } from '@tollgate/neutral';

/**
 * A citation as Anthropic's clients read it: its own as it was written, another vendor's as the nearest of Anthropic's
 * kinds. Where that kind wants a place in the source and nobody named one, the place is 0.
 */
export function encodeCitation(citation: Citation): unknown {
  const { original, kind, url, title, citedText, documentIndex } = citation;
  if (original?.wire === 'anthropic') return original.json;
  if (kind === 'document' || documentIndex !== undefined) {
    return {
      type: 'char_location',
      cited_text: citedText ?? '',
      document_index: documentIndex ?? 0,
      document_title: title ?? null,
      file_id: null,
      start_char_index: 0,
      end_char_index: 0,
    };
  }
  return {
    type: 'web_search_result_location',
    cited_text: citedText ?? '',
    url: url ?? '',
    title: title ?? null,
    encrypted_index: '',
  };
}
