import type {
  AudioPart,
  CacheMark,
  Citation,
  DocumentPart,
  ForeignPart,
  ImagePart,
  RefusalPart,
  TextPart,
} from '@tollgate/neutral';
import { isObject } from '../chat/fields.ts';
import { sourceOfUrl } from './data-url.ts';

type Raw = Readonly<Record<string, unknown>>;
export type ContentPart =
  | TextPart
  | ImagePart
  | DocumentPart
  | AudioPart
  | RefusalPart
  | ForeignPart;

const WIRE = 'openai-responses';
const NO_CACHE: { readonly cache?: CacheMark } = {};

/** What a message holds: text, or a list of parts. What has no neutral meaning stays as it is. */
export function decodeContent(content: unknown): ContentPart[] {
  if (typeof content === 'string') return [{ type: 'text', text: content }];
  if (!Array.isArray(content)) return [];
  return content.filter(isObject).map(decodePart);
}

function decodePart(part: Raw): ContentPart {
  const cache = isObject(part.prompt_cache_breakpoint) ? { cache: {} } : NO_CACHE;
  switch (part.type) {
    case 'input_text':
    case 'output_text':
    case 'text':
      return decodeText(part, cache);
    case 'refusal':
      return { type: 'refusal', text: text(part.refusal) };
    case 'input_image':
      return decodeImage(part, cache) ?? foreign(part);
    case 'input_file':
      return decodeFile(part, cache) ?? foreign(part);
    case 'input_audio':
      return decodeAudio(part, cache) ?? foreign(part);
    default:
      return foreign(part);
  }
}

function decodeText(part: Raw, cache: typeof NO_CACHE): TextPart {
  const annotations = Array.isArray(part.annotations) ? part.annotations.filter(isObject) : [];
  const citations = annotations.length > 0 ? { citations: annotations.map(decodeAnnotation) } : {};
  return { type: 'text', text: text(part.text), ...citations, ...cache };
}

function decodeImage(part: Raw, cache: typeof NO_CACHE): ImagePart | undefined {
  const detail = typeof part.detail === 'string' ? { detail: part.detail } : {};
  if (typeof part.image_url === 'string') {
    const source = sourceOfUrl(part.image_url, 'image/png');
    return { type: 'image', source, ...detail, ...cache };
  }
  if (typeof part.file_id !== 'string') return undefined;
  const source = { kind: 'file', wire: WIRE, id: part.file_id } as const;
  return { type: 'image', source, ...detail, ...cache };
}

function decodeFile(part: Raw, cache: typeof NO_CACHE): DocumentPart | undefined {
  const title = typeof part.filename === 'string' ? { title: part.filename } : {};
  const rest = { ...title, ...cache };
  if (typeof part.file_data === 'string') {
    const fallbackType = typeOfFile(part.filename);
    const source = part.file_data.startsWith('data:')
      ? sourceOfUrl(part.file_data, fallbackType)
      : ({ kind: 'data', mediaType: fallbackType, base64: part.file_data } as const);
    return { type: 'document', source, ...rest };
  }
  if (typeof part.file_url === 'string')
    return { type: 'document', source: sourceOfUrl(part.file_url, 'application/pdf'), ...rest };
  if (typeof part.file_id !== 'string') return undefined;
  return { type: 'document', source: { kind: 'file', wire: WIRE, id: part.file_id }, ...rest };
}

function decodeAudio({ input_audio: audio }: Raw, cache: typeof NO_CACHE): AudioPart | undefined {
  if (!isObject(audio) || typeof audio.data !== 'string') return undefined;
  const format = text(audio.format);
  const mediaType = format === 'mp3' ? 'audio/mpeg' : `audio/${format || 'wav'}`;
  return { type: 'audio', source: { kind: 'data', mediaType, base64: audio.data }, ...cache };
}

function decodeAnnotation(annotation: Raw): Citation {
  const original = { wire: WIRE, json: annotation } as const;
  const title = annotation.title ?? annotation.filename;
  return {
    kind: annotation.type === 'url_citation' ? 'url' : 'document',
    ...(typeof annotation.url === 'string' ? { url: annotation.url } : {}),
    ...(typeof title === 'string' ? { title } : {}),
    ...(typeof annotation.start_index === 'number' ? { startIndex: annotation.start_index } : {}),
    ...(typeof annotation.end_index === 'number' ? { endIndex: annotation.end_index } : {}),
    original,
  };
}

/** By the name's ending; PDF is what the vendors take everywhere. */
function typeOfFile(name: unknown): string {
  const ending = typeof name === 'string' ? name.toLowerCase().split('.').at(-1) : undefined;
  return TYPES[ending ?? ''] ?? 'application/pdf';
}

const TYPES: Readonly<Record<string, string>> = {
  txt: 'text/plain',
  md: 'text/markdown',
  csv: 'text/csv',
  html: 'text/html',
  json: 'application/json',
  xml: 'application/xml',
};

export function foreign(json: Raw): ForeignPart {
  return { type: 'foreign', wire: WIRE, name: text(json.type) || 'unknown', json };
}

export function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
