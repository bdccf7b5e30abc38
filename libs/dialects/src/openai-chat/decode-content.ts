import type {
  AudioPart,
  CacheMark,
  DocumentPart,
  ImagePart,
  MediaSource,
  Part,
  ReasoningPart,
} from '@tollgate/neutral';
import { isObject } from '../chat/fields.ts';
import { optional } from '../json/optional.ts';
import { decodeMediaUrl, withoutBreaks } from '../media/data-url.ts';
import { decodeCacheMark } from './cache-mark.ts';

type Fields = Readonly<Record<string, unknown>>;

/** The parts of a message's `content`, a text or an array. An empty text is no part; what is unknown is kept as foreign. */
export function decodeContent(content: unknown): Part[] {
  if (typeof content === 'string') return content === '' ? [] : [{ type: 'text', text: content }];
  if (!Array.isArray(content)) return [];
  return content.map((part: unknown) => (isObject(part) ? decodePart(part) : foreign('', part)));
}

function decodePart(part: Fields): Part {
  const cache = decodeCacheMark(part['cache_control']);
  const type = String(part['type']);
  const value = part[type];
  switch (type) {
    case 'text':
      if (typeof value === 'string')
        return { type: 'text', text: value, ...optional('cache', cache) };
      break;
    case 'refusal':
      if (typeof value === 'string') return { type: 'refusal', text: value };
      break;
    case 'thinking':
      return decodeThinking(value) ?? foreign(type, part);
    case 'image_url':
      return decodeImage(value, cache) ?? foreign(type, part);
    case 'input_audio':
      return decodeAudio(value, cache) ?? foreign(type, part);
    case 'file':
      return decodeFile(value, cache) ?? foreign(type, part);
    case 'document_url':
      return decodeDocumentUrl(part, cache) ?? foreign(type, part);
    case 'video_url': {
      const url = isObject(value) ? value['url'] : value;
      if (typeof url === 'string')
        return { type: 'video', source: decodeMediaUrl(url), ...optional('cache', cache) };
    }
  }
  return foreign(type, part);
}

function decodeImage(value: unknown, cache: CacheMark | undefined): ImagePart | undefined {
  const url = isObject(value) ? value['url'] : value;
  if (typeof url !== 'string') return undefined;
  const detail = isObject(value) ? value['detail'] : undefined;
  return {
    type: 'image',
    source: decodeMediaUrl(url),
    ...optional('detail', typeof detail === 'string' ? detail : undefined),
    ...optional('cache', cache),
  };
}

/** `format` is a file's ending; `mp3` is the one that is not its media type's name. */
function decodeAudio(value: unknown, cache: CacheMark | undefined): AudioPart | undefined {
  const data = isObject(value) ? value['data'] : value;
  if (typeof data !== 'string') return undefined;
  const format = isObject(value) ? value['format'] : undefined;
  const mediaType = typeof format === 'string' ? audioType(format) : undefined;
  const source: MediaSource = /^(data:|https?:)/i.test(data)
    ? decodeMediaUrl(data, mediaType)
    : { kind: 'data', mediaType: mediaType ?? 'audio/wav', base64: withoutBreaks(data) };
  return { type: 'audio', source, ...optional('cache', cache) };
}

function audioType(format: string): string {
  return format === 'mp3' ? 'audio/mpeg' : `audio/${format.toLowerCase()}`;
}

/** OpenAI wants `file_data` as a data URL; OpenRouter takes any URL there. */
function decodeFile(value: unknown, cache: CacheMark | undefined): DocumentPart | undefined {
  if (!isObject(value)) return undefined;
  const { file_data: data, file_id: id, filename } = value;
  const source = fileSource(data, id);
  if (!source) return undefined;
  return {
    type: 'document',
    source,
    ...optional('title', typeof filename === 'string' ? filename : undefined),
    ...optional('cache', cache),
  };
}

function fileSource(data: unknown, id: unknown): MediaSource | undefined {
  if (typeof id === 'string') return { kind: 'file', wire: 'openai-chat', id };
  if (typeof data !== 'string') return undefined;
  if (/^(data:|https?:)/i.test(data)) return decodeMediaUrl(data);
  return { kind: 'data', mediaType: 'application/pdf', base64: withoutBreaks(data) };
}

/** Mistral's. */
function decodeDocumentUrl(part: Fields, cache: CacheMark | undefined): DocumentPart | undefined {
  const { document_url: value, document_name: name } = part;
  const url = isObject(value) ? value['url'] : value;
  if (typeof url !== 'string') return undefined;
  return {
    type: 'document',
    source: decodeMediaUrl(url),
    ...optional('title', typeof name === 'string' ? name : undefined),
    ...optional('cache', cache),
  };
}

/** Mistral's: text in an array of its own. */
function decodeThinking(value: unknown): ReasoningPart | undefined {
  if (typeof value === 'string') return { type: 'reasoning', text: value };
  if (!Array.isArray(value)) return undefined;
  const texts = value.map((piece: unknown) =>
    isObject(piece) && typeof piece['text'] === 'string' ? piece['text'] : '',
  );
  return { type: 'reasoning', text: texts.join('') };
}

function foreign(name: string, json: unknown): Part {
  return { type: 'foreign', wire: 'openai-chat', name, json };
}
