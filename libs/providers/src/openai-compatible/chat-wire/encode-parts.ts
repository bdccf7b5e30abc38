import { optional } from '@tollgate/dialects';
import type { AudioPart, CacheMark, DocumentPart, MediaSource, Part } from '@tollgate/neutral';
import type { Json, RequestScope } from './request-scope.ts';

/** One part of a message's content; undefined for one that has been told to the losses. */
export function encodePart(part: Part, scope: RequestScope): Json | undefined {
  const { losses, ways } = scope;
  switch (part.type) {
    case 'text':
      return { type: 'text', text: part.text, ...cacheField(part.cache, scope) };
    case 'image': {
      const url =
        ways.images === 'none' ? undefined : mediaUrl(part.source, scope, ways.images === 'data');
      if (url === undefined) return refuse('image_url', scope);
      const { detail, cache } = part;
      const image = { url, ...optional('detail', detail) };
      return { type: 'image_url', image_url: image, ...cacheField(cache, scope) };
    }
    case 'audio':
      return encodeAudio(part, scope);
    case 'document':
      return encodeDocument(part, scope);
    case 'video': {
      const url = ways.takesVideo ? mediaUrl(part.source, scope, false) : undefined;
      if (url === undefined) return refuse('video_url', scope);
      return { type: 'video_url', video_url: { url }, ...cacheField(part.cache, scope) };
    }
    case 'foreign':
      if (part.wire === 'openai-chat' && isJson(part.json)) return part.json;
      losses.drop(`messages[].content[].${part.name}`);
      return undefined;
    case 'refusal':
      return { type: 'text', text: part.text };
    case 'reasoning':
    case 'tool-call':
    case 'tool-result':
      losses.drop(`messages[].content[].${part.type}`);
      return undefined;
  }
}

/** @returns the mark's field, where the vendor takes marks */
export function cacheField(cache: CacheMark | undefined, { ways, losses }: RequestScope): Json {
  if (!cache) return {};
  if (ways.takesCacheMarks)
    return { cache_control: { type: 'ephemeral', ...optional('ttl', cache.ttl) } };
  losses.drop('messages[].content[].cache_control');
  return {};
}

/** A URL or a data URL; undefined for what this vendor cannot be given so. */
function mediaUrl(
  source: MediaSource,
  { fetched }: RequestScope,
  wantsBytes: boolean,
): string | undefined {
  if (source.kind === 'data') return `data:${source.mediaType};base64,${source.base64}`;
  if (source.kind !== 'url') return undefined;
  const bytes = fetched.get(source.url);
  if (bytes) return `data:${bytes.mediaType};base64,${bytes.base64}`;
  return wantsBytes ? undefined : source.url;
}

function encodeAudio(part: AudioPart, scope: RequestScope): Json | undefined {
  const bytes = scope.ways.takesAudio ? bytesOf(part.source, scope) : undefined;
  if (!bytes) return refuse('input_audio', scope);
  const input = { data: bytes.base64, format: audioFormat(bytes.mediaType) };
  return { type: 'input_audio', input_audio: input, ...cacheField(part.cache, scope) };
}

/** `mp3` is the one format that is not its media type's name. */
function audioFormat(mediaType: string): string {
  const name = mediaType.replace(/^audio\/(x-)?/, '').replace(/;.*$/, '');
  return name === 'mpeg' ? 'mp3' : name === 'wave' ? 'wav' : name;
}

function encodeDocument(part: DocumentPart, scope: RequestScope): Json | undefined {
  const { losses, ways } = scope;
  const { source, title, cache } = part;
  if (part.context !== undefined) losses.drop('messages[].content[].context');
  if (part.wantsCitations) losses.drop('messages[].content[].citations');
  const text = plainText(source, scope);
  if (text !== undefined) {
    losses.adapt('messages[].content[].file');
    return { type: 'text', text, ...cacheField(cache, scope) };
  }
  if (ways.documents === 'document_url') {
    const url = mediaUrl(source, scope, false);
    if (url === undefined) return refuse('file', scope);
    return { type: 'document_url', document_url: url, ...optional('document_name', title) };
  }
  const file = ways.documents === 'none' ? undefined : fileField(part, scope);
  return file ? { type: 'file', file, ...cacheField(cache, scope) } : refuse('file', scope);
}

/** A document that is a text already, or one where the vendor takes no documents. */
function plainText(source: MediaSource, scope: RequestScope): string | undefined {
  if (source.kind === 'text') return source.text;
  if (scope.ways.documents !== 'none' && scope.ways.documents !== 'document_url') return undefined;
  const bytes = bytesOf(source, scope);
  if (!bytes?.mediaType.startsWith('text/')) return undefined;
  return Buffer.from(bytes.base64, 'base64').toString();
}

/** OpenAI asks for a name beside the bytes. */
function fileField({ source, title }: DocumentPart, scope: RequestScope): Json | undefined {
  const { ways, origin } = scope;
  const isOpenAis = source.kind === 'file' && /^openai-/.test(source.wire);
  if (isOpenAis) return { file_id: source.id };
  const url = mediaUrl(source, scope, ways.documents === 'file');
  if (url === undefined) return undefined;
  const name = title ?? (origin === 'openai-chat' ? undefined : 'document.pdf');
  return { ...optional('filename', name), file_data: url };
}

function bytesOf(
  source: MediaSource,
  { fetched }: RequestScope,
): { readonly mediaType: string; readonly base64: string } | undefined {
  if (source.kind === 'data') return source;
  return source.kind === 'url' ? fetched.get(source.url) : undefined;
}

function refuse(type: string, { losses }: RequestScope): undefined {
  losses.refuse(`messages[].content[].${type}`);
}

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
