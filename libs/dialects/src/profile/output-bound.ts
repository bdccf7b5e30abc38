import type { Operation } from '@tollgate/contracts';
import type { InputTokens } from './input-tokens.ts';

/**
 * The most tokens that an answer of an operation may have for which no cap can be sent to a provider; null where a cap is
 * sent, and bounds it.
 *
 * - An image: gpt-image-2 at its largest size and highest quality, 12,329 as its maker's calculator says, and partial
 *   images at 100 each (developers.openai.com/api/docs/guides/image-generation, 2026-04); Gemini's have 2,000 at most.
 * - Speech: about 21 tokens a second (gpt-4o-mini-tts; Gemini's 25). Slow speech has 4 characters a second, and `speed`
 *   stretches it to the fourfold: 25 tokens for a byte of the text.
 * - A transcription: nobody says more tokens of text in a second than the sound of it has; models that think about it
 *   need a little more for a short one.
 */
export function outputBoundOf(operation: Operation, input: InputTokens): number | null {
  switch (operation) {
    case 'chat':
      return null;
    case 'images':
      return IMAGE_TOKENS_BOUND;
    case 'speech':
      return input.bound * SPEECH_TOKENS_PER_BYTE;
    case 'transcription':
      return Math.max(input.bound, LEAST_TRANSCRIPTION_TOKENS);
    case 'embeddings':
    case 'moderation':
    case 'count_tokens':
      return 0;
  }
}

const IMAGE_TOKENS_BOUND = 16_384;
const SPEECH_TOKENS_PER_BYTE = 25;
/** What is left to a model for the shortest recording. */
export const LEAST_TRANSCRIPTION_TOKENS = 512;
