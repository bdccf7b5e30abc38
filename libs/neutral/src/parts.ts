import type { MediaSource, Wire } from './media.ts';
import type { Opaque } from './opaque.ts';

/** Everything up to and including the part that bears it may be cached by the provider. */
export interface CacheMark {
  readonly ttl?: '5m' | '1h';
}

/** What an answer's text rests on. Positions count UTF-16 code units of the part's text. */
export interface Citation {
  readonly kind: 'url' | 'document' | 'other';
  readonly url?: string;
  readonly title?: string;
  readonly citedText?: string;
  readonly startIndex?: number;
  readonly endIndex?: number;
  /** Which document of the request, counted from 0. */
  readonly documentIndex?: number;
  /** As the vendor wrote it, for the way back to the same wire. */
  readonly original?: { readonly wire: Wire; readonly json: unknown };
}

export interface TextPart {
  readonly type: 'text';
  readonly text: string;
  readonly cache?: CacheMark;
  readonly citations?: readonly Citation[];
  readonly signature?: Opaque;
}

export interface ImagePart {
  readonly type: 'image';
  readonly source: MediaSource;
  /** OpenAI's `detail`. */
  readonly detail?: string;
  readonly cache?: CacheMark;
  readonly signature?: Opaque;
}

export interface AudioPart {
  readonly type: 'audio';
  readonly source: MediaSource;
  /** An answer's sound: the id by which a later turn may name it, and what it says. */
  readonly id?: string;
  readonly transcript?: string;
  /** Seconds since the epoch. */
  readonly expiresAt?: number;
  readonly cache?: CacheMark;
}

export interface VideoPart {
  readonly type: 'video';
  readonly source: MediaSource;
  readonly cache?: CacheMark;
}

export interface DocumentPart {
  readonly type: 'document';
  readonly source: MediaSource;
  /** File name or title. */
  readonly title?: string;
  readonly context?: string;
  /** The model is asked to cite it. */
  readonly wantsCitations?: boolean;
  readonly cache?: CacheMark;
  /** As the vendor wrote it, where it has a form of its own (Anthropic's search results), for the way back to the same wire. */
  readonly original?: { readonly wire: Wire; readonly json: unknown };
}

/** The model asks for a tool. `argumentsText` is what the model wrote: JSON for a function, any text for a custom tool. */
export interface ToolCallPart {
  readonly type: 'tool-call';
  readonly id: string;
  readonly name: string;
  readonly argumentsText: string;
  readonly kind: 'function' | 'custom';
  readonly signature?: Opaque;
  readonly cache?: CacheMark;
}

export interface ToolResultPart {
  readonly type: 'tool-result';
  readonly callId: string;
  /** The tool's name, where the wire says it; `nameOfCall` finds it otherwise. */
  readonly name?: string;
  readonly parts: readonly (TextPart | ImagePart | DocumentPart | AudioPart | VideoPart)[];
  readonly isError?: boolean;
  readonly kind: 'function' | 'custom';
  readonly cache?: CacheMark;
}

/** What the model thought. A redacted one has no text, only `signature`. */
export interface ReasoningPart {
  readonly type: 'reasoning';
  readonly text: string;
  /** `text` is a summary, not the thoughts themselves. */
  readonly isSummary?: boolean;
  readonly isRedacted?: boolean;
  /** The vendor's id of the item (OpenAI responses). */
  readonly id?: string;
  readonly signature?: Opaque;
}

export interface RefusalPart {
  readonly type: 'refusal';
  readonly text: string;
}

/** Something only its own wire understands, such as the call and result of a server-side tool. Kept as it was written. */
export interface ForeignPart {
  readonly type: 'foreign';
  readonly wire: Wire;
  /** What it is, in the wire's own word, e.g. `web_search_call`. */
  readonly name: string;
  readonly json: unknown;
}

export type Part =
  | TextPart
  | ImagePart
  | AudioPart
  | VideoPart
  | DocumentPart
  | ToolCallPart
  | ToolResultPart
  | ReasoningPart
  | RefusalPart
  | ForeignPart;

/** What an answer may hold. */
export type AnswerPart =
  | TextPart
  | ImagePart
  | AudioPart
  | ToolCallPart
  | ReasoningPart
  | RefusalPart
  | ForeignPart;
