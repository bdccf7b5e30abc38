/** Where the bytes of an image, a document, a sound or a film are. */
export type MediaSource =
  | { readonly kind: 'url'; readonly url: string; readonly mediaType?: string }
  /** Base64 without line breaks, and without the `data:` head. */
  | { readonly kind: 'data'; readonly mediaType: string; readonly base64: string }
  /** A plain text that stands in for a document. */
  | { readonly kind: 'text'; readonly text: string; readonly mediaType?: string }
  /** A file that was uploaded to a vendor: nobody else can read it. */
  | {
      readonly kind: 'file';
      readonly wire: Wire;
      readonly id: string;
      readonly mediaType?: string;
    };

/** The vendors' ways to hold a conversation, as both clients and upstreams speak them. */
export const WIRES = [
  'openai-chat',
  'openai-responses',
  'anthropic',
  'gemini',
  'bedrock',
  'ollama',
] as const;
export type Wire = (typeof WIRES)[number];

/** Bytes of a URL that were fetched for a provider that takes no URLs. */
export interface FetchedMedia {
  readonly mediaType: string;
  readonly base64: string;
}

/** By URL. */
export type FetchedMediaMap = ReadonlyMap<string, FetchedMedia>;
