import type {
  AudioPart,
  DocumentPart,
  FetchedMediaMap,
  ImagePart,
  Losses,
  MediaSource,
} from '@tollgate/neutral';

export type Json = Readonly<Record<string, unknown>>;

/** Undefined where the picture cannot be sent; `losses` knows. */
export function encodeImage({ source, detail }: ImagePart, losses: Losses): Json | undefined {
  const place = source.kind === 'file' ? fileId(source) : { image_url: urlOf(source) };
  if (place === undefined || place['image_url'] === null) {
    losses.refuse('messages[].content[].image_url');
    return undefined;
  }
  return { type: 'input_image', ...place, ...(detail === undefined ? {} : { detail }) };
}

export function encodeDocument(
  { source, title, context, wantsCitations }: DocumentPart,
  losses: Losses,
): Json | undefined {
  if (context !== undefined) losses.drop('messages[].content[].context');
  if (wantsCitations) losses.drop('messages[].content[].citations');
  switch (source.kind) {
    case 'url':
      return {
        type: 'input_file',
        file_url: source.url,
        ...(title === undefined ? {} : { filename: title }),
      };
    case 'data':
    case 'text':
      return {
        type: 'input_file',
        filename: title ?? nameFor(source.mediaType),
        file_data: urlOf(source),
      };
    case 'file': {
      const file = fileId(source);
      if (!file) losses.refuse('messages[].content[].file');
      return file && { type: 'input_file', ...file };
    }
  }
}

export function encodeAudio(
  { source }: AudioPart,
  fetched: FetchedMediaMap,
  losses: Losses,
): Json | undefined {
  const data = source.kind === 'url' ? fetched.get(source.url) : source;
  if (!data || !('base64' in data)) {
    losses.refuse('messages[].content[].input_audio');
    return undefined;
  }
  const format = data.mediaType.replace(/^audio\/(x-)?/, '').replace(/^mpeg$/, 'mp3');
  return { type: 'input_audio', input_audio: { data: data.base64, format } };
}

/** Files uploaded to OpenAI are the same for both of its wires. */
function fileId(source: Extract<MediaSource, { kind: 'file' }>): Json | undefined {
  return source.wire.startsWith('openai-') ? { file_id: source.id } : undefined;
}

function urlOf(source: MediaSource): string | null {
  switch (source.kind) {
    case 'url':
      return source.url;
    case 'data':
      return `data:${source.mediaType};base64,${source.base64}`;
    case 'text':
      return `data:${source.mediaType ?? 'text/plain'};base64,${Buffer.from(source.text).toString('base64')}`;
    case 'file':
      return null;
  }
}

/** The API wants a name, and reads the kind of file off it. */
function nameFor(mediaType = 'text/plain'): string {
  return `document.${ENDINGS[mediaType] ?? mediaType.split('/').at(-1) ?? 'txt'}`;
}

const ENDINGS: Readonly<Record<string, string>> = { 'text/plain': 'txt', 'text/markdown': 'md' };
