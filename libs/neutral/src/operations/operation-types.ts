import type { EmbeddingAnswer, EmbeddingRequest } from './embeddings.ts';
import type { ImageAnswer, ImageRequest } from './images.ts';
import type { ModerationAnswer, ModerationRequest } from './moderation.ts';
import type { SpeechAnswer, SpeechRequest } from './speech.ts';
import type { TranscriptionAnswer, TranscriptionRequest } from './transcription.ts';

/** What is asked and answered in each operation that is no conversation. */
export interface OperationTypes {
  readonly embeddings: { readonly request: EmbeddingRequest; readonly answer: EmbeddingAnswer };
  readonly images: { readonly request: ImageRequest; readonly answer: ImageAnswer };
  readonly speech: { readonly request: SpeechRequest; readonly answer: SpeechAnswer };
  readonly transcription: {
    readonly request: TranscriptionRequest;
    readonly answer: TranscriptionAnswer;
  };
  readonly moderation: { readonly request: ModerationRequest; readonly answer: ModerationAnswer };
}

export type PlainOperation = keyof OperationTypes;
