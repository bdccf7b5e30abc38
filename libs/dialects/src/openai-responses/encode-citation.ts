import type { Citation, TokenLogprob } from '@tollgate/neutral';
import type { Json } from './encode-envelope.ts';

/**
 * A citation as an annotation. One without a place is put over the whole text; a document of the request, which has no
 * id here, is named by its number.
 */
export function encodeCitation(citation: Citation, said: string): Json {
  const { original, url, title = '', citedText } = citation;
  if (original?.wire === 'openai-responses') return original.json as Json;
  if (url !== undefined)
    return {
      type: 'url_citation',
      url,
      title,
      start_index: citation.startIndex ?? 0,
      end_index: citation.endIndex ?? said.length,
    };
  return {
    type: 'file_citation',
    file_id: `document_${citation.documentIndex ?? 0}`,
    filename: title,
    index: citation.endIndex ?? said.length,
    ...(citedText === undefined ? {} : { cited_text: citedText }),
  };
}

export function encodeLogprob(token: TokenLogprob): Json {
  return {
    token: token.token,
    logprob: token.logprob,
    bytes: token.bytes ?? [],
    top_logprobs: token.topLogprobs.map((one) => ({ ...one, bytes: one.bytes ?? [] })),
  };
}
