import type {
  AudioPart,
  Conversation,
  DocumentPart,
  ImagePart,
  Part,
  VideoPart,
} from '@tollgate/neutral';
import type { EncodeContext, Json } from './encode-context.ts';

export type MediaPart = ImagePart | AudioPart | VideoPart | DocumentPart;

const NAMES = {
  image: 'messages[].content[].image_url',
  audio: 'messages[].content[].input_audio',
  video: 'messages[].content[].video_url',
  document: 'messages[].content[].file',
} as const satisfies Record<MediaPart['type'], string>;

const MOST_FETCHED = 32;

/** URLs that Google does not fetch itself, each once. */
export function mediaToFetch({ messages, origin }: Conversation): readonly string[] {
  const urls = new Set<string>();
  const note = (part: Part): void => {
    if (part.type === 'tool-result') part.parts.forEach(note);
    else if (
      isMedia(part) &&
      part.source.kind === 'url' &&
      !goesByUri(part.source.url, origin === 'gemini')
    )
      urls.add(part.source.url);
  };
  for (const { parts } of messages) parts.forEach(note);
  return [...urls].slice(0, MOST_FETCHED);
}

export function isMedia(part: Part): part is MediaPart {
  return (
    part.type === 'image' ||
    part.type === 'audio' ||
    part.type === 'video' ||
    part.type === 'document'
  );
}

/** `inlineData` or `fileData`; undefined when it was refused. */
export function encodeMedia(part: MediaPart, context: EncodeContext): Json | undefined {
  const { losses, fetched, isOwn } = context;
  const { source } = part;
  noteLosses(part, context);
  switch (source.kind) {
    case 'data':
      return inline(source.mediaType, source.base64);
    case 'text':
      return inline(source.mediaType ?? 'text/plain', Buffer.from(source.text).toString('base64'));
    case 'file':
      if (source.wire === 'gemini') return file(source.id, source.mediaType);
      losses.refuse(`${NAMES[part.type]}.file_id`);
      return undefined;
    case 'url': {
      if (goesByUri(source.url, isOwn))
        return file(source.url, source.mediaType ?? (isOwn ? undefined : typeOf(part, source.url)));
      const media = fetched.get(source.url);
      if (media) return inline(media.mediaType, media.base64);
      losses.refuse(NAMES[part.type]);
      return undefined;
    }
  }
}

function noteLosses(part: MediaPart, { losses, isOwn }: EncodeContext): void {
  if (part.cache) losses.drop('messages[].content[].cache_control');
  if (part.type === 'image' && part.detail !== undefined && part.detail !== 'auto' && !isOwn)
    losses.drop(`${NAMES.image}.detail`);
  if (part.type !== 'document') return;
  if (part.title !== undefined) losses.adapt(`${NAMES.document}.filename`);
  if (part.context !== undefined) losses.drop('messages[].content[].context');
  if (part.wantsCitations) losses.drop('messages[].content[].citations');
}

/**
 * Google reads its own stores and YouTube by URI (ai.google.dev/gemini-api/docs/file-input-methods, 2026-11). Other URLs it
 * takes of late and not on all models: they go as they are only for clients that speak its wire.
 */
function goesByUri(url: string, isOwn: boolean): boolean {
  return isOwn || OWN_STORES.test(url);
}

const OWN_STORES =
  /^(gs:\/\/|https:\/\/generativelanguage\.googleapis\.com\/|https:\/\/(www\.)?youtube\.com\/watch\?|https:\/\/youtu\.be\/)/;

function inline(mimeType: string, data: string): Json {
  return { inlineData: { mimeType, data } };
}

function file(fileUri: string, mimeType: string | undefined): Json {
  return { fileData: mimeType === undefined ? { fileUri } : { mimeType, fileUri } };
}

const TYPES: Readonly<Record<string, string>> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  webp: 'image/webp',
  heic: 'image/heic',
  heif: 'image/heif',
  gif: 'image/gif',
  pdf: 'application/pdf',
  txt: 'text/plain',
  mp3: 'audio/mpeg',
  wav: 'audio/wav',
  ogg: 'audio/ogg',
  flac: 'audio/flac',
  mp4: 'video/mp4',
  mov: 'video/mov',
  webm: 'video/webm',
};

/** Vertex wants a type with each URI. */
function typeOf(part: MediaPart, url: string): string | undefined {
  const extension = /\.([a-z0-9]{2,4})(?:[?#]|$)/i.exec(url)?.[1]?.toLowerCase() ?? '';
  return TYPES[extension] ?? (part.type === 'video' ? 'video/mp4' : undefined);
}
