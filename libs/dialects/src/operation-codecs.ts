import type { Dialect } from '@tollgate/contracts';
import { geminiEmbedCodec } from './gemini-embed/gemini-embed.codec.ts';
import { openaiEmbeddingsCodec } from './openai-embeddings/openai-embeddings.codec.ts';
import { openaiImageEditsCodec } from './openai-image-edits/openai-image-edits.codec.ts';
import { imagesCodec, openaiImagesCodec } from './openai-images/openai-images.codec.ts';
import { openaiModerationCodec } from './openai-moderation/openai-moderation.codec.ts';
import { openaiSpeechCodec } from './openai-speech/openai-speech.codec.ts';
import {
  openaiTranscriptionCodec,
  openaiTranslationCodec,
} from './openai-transcription/openai-transcription.codec.ts';
import type { AnyOperationCodec } from './operation-codec.ts';

/** How each dialect of an operation that is no conversation is carried over to the neutral model and back. */
export const OPERATION_CODECS = {
  'openai-embeddings': openaiEmbeddingsCodec,
  'gemini-embed': geminiEmbedCodec,
  'openai-images': openaiImagesCodec,
  'openai-image-edits': openaiImageEditsCodec,
  'tollgate-image': imagesCodec('tollgate-image'),
  'openai-speech': openaiSpeechCodec,
  'openai-transcription': openaiTranscriptionCodec,
  'openai-translation': openaiTranslationCodec,
  'openai-moderation': openaiModerationCodec,
} as const satisfies Partial<Record<Dialect, AnyOperationCodec>>;
