import type { OperationWire } from '../operation-wire.ts';
import type { OperationEndpointParts } from './embeddings-wire.ts';
import type { OpenAiOperation } from './endpoints.ts';

/** Which of OpenAI's operations a vendor serves on the same wire, and what it names or takes differently. */
export interface OperationQuirks {
  readonly served: readonly OpenAiOperation[];
  /** Fields by OpenAI's names to the vendor's. */
  readonly renamed?: Readonly<Partial<Record<OpenAiOperation, Readonly<Record<string, string>>>>>;
  /** Fields of OpenAI's that the vendor refuses, and whose loss leaves the answer as good: left out and named. */
  readonly dropped?: Readonly<Partial<Record<OpenAiOperation, readonly string[]>>>;
  /** Embeddings for clients of other dialects, where the vendor has a better way than OpenAI's. */
  readonly ownEmbeddings?: (endpoint: OperationEndpointParts) => OperationWire<'embeddings'>;
  /** Images for requests that do not pass through. */
  readonly ownImages?: (endpoint: OperationEndpointParts) => OperationWire<'images'>;
  /** `usage.cost_in_usd_ticks` is what the vendor charges. */
  readonly reportsTicks?: boolean;
}

export const NO_OPERATIONS: OperationQuirks = { served: [] };

export const ALL_OPERATIONS: OperationQuirks = {
  served: [
    'embeddings',
    'images',
    'image_edits',
    'speech',
    'transcription',
    'translation',
    'moderation',
  ],
};
