import type {
  DocumentPart,
  FetchedMediaMap,
  ImagePart,
  Losses,
  MediaSource,
} from '@tollgate/neutral';

export type Json = Readonly<Record<string, unknown>>;

/** What media are encoded with. */
export interface MediaContext {
  readonly losses: Losses;
  readonly fetched: FetchedMediaMap;
}

const NAMES = {
  image: 'messages[].content[].image_url',
  document: 'messages[].content[].file',
} as const;

/** Anthropic fetches what stands behind https alone; the rest must come as bytes. */
export function mustBeFetched(source: MediaSource): boolean {
  return source.kind === 'url' && /^http:/i.test(source.url);
}

/** Undefined when Anthropic cannot have it: the loss is named then. */
export function encodeImage(part: ImagePart, { losses, fetched }: MediaContext): Json | undefined {
  const source = encodeSource(inlined(part.source, fetched));
  if (!source || source.type === 'text') {
    losses.refuse(NAMES.image);
    return undefined;
  }
  if (part.detail !== undefined && part.detail !== 'auto') losses.drop(`${NAMES.image}.detail`);
  return { type: 'image', source };
}

/** Anthropic reads PDF and plain text. */
export function encodeDocument(
  part: DocumentPart,
  { losses, fetched }: MediaContext,
): Json | undefined {
  const given = inlined(part.source, fetched);
  const isFetched = given !== part.source;
  if (!isFetched && part.original?.wire === 'anthropic' && isJson(part.original.json))
    return withoutCache(part.original.json);
  const source = encodeSource(asText(given));
  const isTaken = source && (source.type !== 'base64' || source.media_type === PDF);
  if (!isTaken) {
    losses.refuse(NAMES.document);
    return undefined;
  }
  const { title, context, wantsCitations } = part;
  return {
    type: 'document',
    source,
    ...(title === undefined ? {} : { title }),
    ...(context === undefined ? {} : { context }),
    ...(wantsCitations === undefined ? {} : { citations: { enabled: wantsCitations } }),
  };
}

const PDF = 'application/pdf';
const TEXT = 'text/plain';

function encodeSource(source: MediaSource): Json | undefined {
  switch (source.kind) {
    case 'url':
      return /^https?:/i.test(source.url) ? { type: 'url', url: source.url } : undefined;
    case 'data':
      return { type: 'base64', media_type: source.mediaType, data: source.base64 };
    case 'text':
      return { type: 'text', media_type: TEXT, data: source.text };
    case 'file':
      return source.wire === 'anthropic' ? { type: 'file', file_id: source.id } : undefined;
  }
}

function inlined(source: MediaSource, fetched: FetchedMediaMap): MediaSource {
  const found = source.kind === 'url' ? fetched.get(source.url) : undefined;
  return found ? { kind: 'data', ...found } : source;
}

/** A document of text goes as text: as bytes Anthropic takes PDF alone. */
function asText(source: MediaSource): MediaSource {
  const isText = source.kind === 'data' && /^(?:text\/|application\/json\b)/.test(source.mediaType);
  if (!isText) return source;
  return { kind: 'text', text: Buffer.from(source.base64, 'base64').toString(), mediaType: TEXT };
}

/** The part's own mark stands beside it. */
function withoutCache({ cache_control: _, ...json }: Json): Json {
  return json;
}

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
