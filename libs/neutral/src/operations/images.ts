import type { TokenUsage } from '@tollgate/contracts';
import type { MediaSource } from '../media.ts';

/** A request for pictures made from a text, or from others by it, whoever speaks. A field that is undefined was not named. */
export interface ImageRequest {
  readonly prompt: string;
  /** Pictures that are to be changed or combined; never empty. Missing where the text alone is drawn. */
  readonly originals?: readonly MediaSource[];
  /** Of the first original: only what is transparent here may change. */
  readonly mask?: MediaSource;
  /** How many. */
  readonly count?: number;
  /** Pixels as `<width>x<height>`, or `auto`. */
  readonly size?: string;
  readonly quality?: string;
  readonly style?: string;
  readonly background?: string;
  readonly outputFormat?: string;
  /** Percent. */
  readonly outputCompression?: number;
  /** How the pictures are to come: by URL or in the answer itself. */
  readonly delivery?: 'url' | 'base64';
  readonly endUser?: string;
  /** Fields of the client's that have no neutral meaning, by the client's names. */
  readonly others: Readonly<Record<string, unknown>>;
}

export interface GeneratedImage {
  readonly source: Extract<MediaSource, { readonly kind: 'url' | 'data' }>;
  /** The prompt as the provider rewrote it before it drew. */
  readonly revisedPrompt?: string;
}

export interface ImageAnswer {
  /** Seconds since the epoch; null when the provider did not say. */
  readonly createdAt: number | null;
  readonly images: readonly GeneratedImage[];
  readonly usage: TokenUsage | null;
}
