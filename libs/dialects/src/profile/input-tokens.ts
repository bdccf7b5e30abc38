import { CAPABILITY_BIT } from './request-profile.ts';

/**
 * How many tokens a request may have, from bytes alone: a tokenizer on the request path could be kept busy for minutes by
 * one hostile body.
 *
 * - Text (the whole JSON body without embedded media): 4 bytes a token as an estimate. As a bound 1 byte a token: the
 *   byte-level tokenizers in use never make more tokens than bytes, and the JSON around a message is longer than the few
 *   tokens that a chat template adds.
 * - An image: 1,000 as an estimate. The bound is gpt-4o-mini's, the dearest in tokens: 2,833 and 5,667 for each of at
 *   most 6 tiles at full detail (developers.openai.com/api/docs/guides/images-vision, 2026-09).
 * - Audio: 10 to 32 tokens a second at the vendors in use; 6 kbit/s is the thinnest codec, so 32 base64 characters a
 *   token is the bound, 1,000 the estimate.
 * - A document: what is embedded counts as its base64 characters, a twentieth of that as an estimate; a document by id
 *   may be of any size, and its bound is a million.
 *
 * - Providers add prompts of their own for tools, schemas and citations: see `addedPromptTokens`.
 *
 * A model's context window bounds all of these once more, where it is known.
 */
export interface InputTokens {
  readonly estimate: number;
  readonly bound: number;
}

/** What a body embeds or points at, apart from text. */
export interface Media {
  /** Characters of embedded media: they are no text. */
  mediaChars: number;
  images: number;
  lowDetailImages: number;
  audioChars: number;
  documentChars: number;
  remoteDocuments: number;
}

const TEXT_BYTES_PER_TOKEN = 4;
const IMAGE_ESTIMATE = 1_000;
const IMAGE_BOUND = 2_833 + 6 * 5_667;
/** At low detail gpt-4o-mini has 2,833; Claude knows no detail and has up to 4,784. */
const LOW_DETAIL_IMAGE_BOUND = 5_000;
const AUDIO_CHARS_PER_TOKEN_ESTIMATE = 1_000;
const AUDIO_CHARS_PER_TOKEN_BOUND = 32;
const DOCUMENT_CHARS_PER_TOKEN_ESTIMATE = 20;
const REMOTE_DOCUMENT_ESTIMATE = 10_000;
const REMOTE_DOCUMENT_BOUND = 1_000_000;

/** Bits of capabilities that bring a prompt. */
const PROMPTED = CAPABILITY_BIT.tools | CAPABILITY_BIT.json_schema | CAPABILITY_BIT.documents;
const ADDED_PROMPT_BOUND = 1_000;
const CALLER_TOOL_BOUND = 2_000;

/**
 * The most that a provider's own prompts add, in tokens. Recorded calls of Claude have up to 352 more than their bodies
 * have bytes with tools, 112 with citations, 1,528 with a tool whose schema Anthropic knows (`computer_…`).
 * @param bits of the request's capabilities
 * @param callerTools tools whose schema the provider knows and which the caller runs
 */
export function addedPromptTokens(bits: number, callerTools = 0): number {
  return (bits & PROMPTED ? ADDED_PROMPT_BOUND : 0) + callerTools * CALLER_TOOL_BOUND;
}

/** @param media null when the body is text alone */
export function countInputTokens(bodyBytes: number, media: Media | null): InputTokens {
  if (media === null) {
    return { estimate: Math.ceil(bodyBytes / TEXT_BYTES_PER_TOKEN), bound: bodyBytes };
  }
  const textBytes = Math.max(0, bodyBytes - media.mediaChars);
  return {
    estimate: Math.ceil(
      textBytes / TEXT_BYTES_PER_TOKEN +
        media.images * IMAGE_ESTIMATE +
        media.audioChars / AUDIO_CHARS_PER_TOKEN_ESTIMATE +
        media.documentChars / DOCUMENT_CHARS_PER_TOKEN_ESTIMATE +
        media.remoteDocuments * REMOTE_DOCUMENT_ESTIMATE,
    ),
    bound: Math.ceil(
      textBytes +
        (media.images - media.lowDetailImages) * IMAGE_BOUND +
        media.lowDetailImages * LOW_DETAIL_IMAGE_BOUND +
        media.audioChars / AUDIO_CHARS_PER_TOKEN_BOUND +
        media.documentChars +
        media.remoteDocuments * REMOTE_DOCUMENT_BOUND,
    ),
  };
}
