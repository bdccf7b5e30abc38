import type { EmbeddingAnswer, EmbeddingRequest } from './embeddings.ts';
import type { GeneratedImage, ImageAnswer, ImageRequest } from './images.ts';
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

/** What a streamed answer comes in, piece by piece; `never` where there are no streams. */
export interface OperationPieces {
  readonly embeddings: never;
  readonly moderation: never;
  /** A picture, complete. */
  readonly images: GeneratedImage;
  /** Bytes of the sound, each following on the ones before. */
  readonly speech: SpeechAnswer;
  /** Text that follows on what was said before. */
  readonly transcription: string;
}

/** A whole answer as the pieces that a stream of it would have. */
export const PIECES_OF: {
  readonly [Operation in PlainOperation]: (
    answer: OperationTypes[Operation]['answer'],
  ) => readonly OperationPieces[Operation][];
} = {
  embeddings: () => [],
  moderation: () => [],
  images: ({ images }) => images,
  speech: (answer) => [answer],
  transcription: ({ text }) => [text],
};
