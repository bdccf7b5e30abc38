import { type Failure, type Result, succeed } from '@tollgate/contracts';
import { isObject } from '../chat/fields.ts';
import type { Dialect, ParsedRequest, RequestTarget } from '../dialect.ts';
import { renderFailure, renderStreamFailure } from '../gemini-generate/render-failure.ts';
import { failureSchema } from '../gemini-generate/schema.ts';
import { readObject } from '../json/read-object.ts';
import { operationProfile } from '../operation/operation-profile.ts';
import { checkModel, invalid } from '../operation/read-fields.ts';
import { countInputTokens, type Media } from '../profile/input-tokens.ts';
import { type EmbedRequest, readEmbedRequests } from './read-requests.ts';
import { requestSchema } from './schema.ts';

/** Google's `embedContent` and `batchEmbedContents`, told apart by the body; the URL names the model. */
export const geminiEmbed: Dialect = {
  name: 'gemini-embed',
  requestSchema,
  failureSchema,
  parse,
  renderFailure,
  renderStreamFailure,
};

function parse(bytes: Uint8Array, target?: RequestTarget): Result<ParsedRequest, Failure> {
  const problem = checkModel({ model: target?.model });
  if (problem) return invalid(problem);
  const read = readObject(bytes);
  if (!read.ok) return read;
  const requests = readEmbedRequests(read.value.fields);
  if (!requests.ok) return invalid(requests.problem);
  const profile = operationProfile({
    operation: 'embeddings',
    modelAsked: target?.model ?? null,
    tokens: countInputTokens(bytes.length, mediaOf(requests.value.requests)),
    outputCap: 0,
  });
  return succeed({ profile, body: bytes });
}

function mediaOf(requests: readonly EmbedRequest[]): Media | null {
  const media: Media = {
    mediaChars: 0,
    images: 0,
    lowDetailImages: 0,
    audioChars: 0,
    documentChars: 0,
    remoteDocuments: 0,
  };
  let hasMedia = false;
  for (const { parts } of requests) {
    for (const { inlineData, fileData } of parts) {
      if (isObject(fileData)) {
        media.remoteDocuments++;
        hasMedia = true;
      }
      if (!isObject(inlineData)) continue;
      hasMedia = true;
      const { mimeType, data } = inlineData;
      const chars = typeof data === 'string' ? data.length : 0;
      media.mediaChars += chars;
      if (String(mimeType).startsWith('image/')) media.images++;
      else if (String(mimeType).startsWith('audio/')) media.audioChars += chars;
      else media.documentChars += chars;
    }
  }
  return hasMedia ? media : null;
}
