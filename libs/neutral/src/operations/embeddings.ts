import type { TokenUsage } from '@tollgate/contracts';
import type { AudioPart, DocumentPart, ImagePart, TextPart, VideoPart } from '../parts.ts';

/** One thing that is to become one vector. */
export type EmbeddingInput =
  | { readonly kind: 'text'; readonly text: string }
  /** A text already cut into the numbers of its model's own vocabulary. */
  | { readonly kind: 'tokens'; readonly tokens: readonly number[] }
  | {
      readonly kind: 'parts';
      readonly parts: readonly (TextPart | ImagePart | AudioPart | VideoPart | DocumentPart)[];
    };

/** What the vectors are for; models that were trained for it give better ones. */
export const EMBEDDING_PURPOSES = [
  'query',
  'document',
  'similarity',
  'classification',
  'clustering',
  'question_answering',
  'fact_verification',
  'code_query',
] as const;
export type EmbeddingPurpose = (typeof EMBEDDING_PURPOSES)[number];

/** A request for vectors, whoever speaks. A field that is undefined was not named. */
export interface EmbeddingRequest {
  /** Never empty. */
  readonly inputs: readonly EmbeddingInput[];
  readonly dimensions?: number;
  readonly purpose?: EmbeddingPurpose;
  /** Of the document that is embedded. */
  readonly title?: string;
  readonly endUser?: string;
  /** Fields of the client's that have no neutral meaning, by the client's names. */
  readonly others: Readonly<Record<string, unknown>>;
}

export type Vector = readonly number[] | Float32Array;

export interface EmbeddingAnswer {
  /** As the provider names it; empty when it does not. */
  readonly model: string;
  /** One for each input, in their order. */
  readonly vectors: readonly Vector[];
  /** Null where the provider does not count. */
  readonly usage: TokenUsage | null;
}
