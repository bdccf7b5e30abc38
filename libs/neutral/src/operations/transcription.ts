import type { TokenUsage } from '@tollgate/contracts';

/** A request for the text of a recording, as it was said or translated, whoever speaks. A field that is undefined was not named. */
export interface TranscriptionRequest {
  readonly audio: {
    readonly bytes: Uint8Array;
    readonly fileName: string;
    /** Empty where the client did not say. */
    readonly mediaType: string;
  };
  /** ISO 639-1, of what is said. */
  readonly language?: string;
  /** ISO 639-1. Missing: the text is wanted as it was said. */
  readonly translateInto?: 'en';
  readonly prompt?: string;
  readonly temperature?: number;
  /** How finely the answer is to say when what was said. */
  readonly timestamps?: readonly ('word' | 'segment')[];
  /** Fields of the client's that have no neutral meaning, by the client's names. */
  readonly others: Readonly<Record<string, unknown>>;
}

/** Seconds from the beginning of the recording. */
export interface TranscribedSpan {
  readonly text: string;
  readonly startS: number;
  readonly endS: number;
  readonly speaker?: string;
}

export interface TranscriptionAnswer {
  readonly text: string;
  readonly language?: string;
  readonly durationS?: number;
  readonly segments?: readonly TranscribedSpan[];
  readonly words?: readonly TranscribedSpan[];
  readonly usage: TokenUsage | null;
}
