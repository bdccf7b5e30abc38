import type {
  AudioPart,
  DocumentPart,
  FetchedMediaMap,
  ImagePart,
  Losses,
  MediaSource,
  VideoPart,
} from '@tollgate/neutral';
import type { JsonObject } from './wire.ts';

export interface MediaContext {
  readonly fetched: FetchedMediaMap;
  readonly losses: Losses;
  /** Names that documents of this request already have: Converse wants each once. */
  readonly documentNames: Set<string>;
}

type MediaPart = ImagePart | AudioPart | VideoPart | DocumentPart;

/** Whether Converse takes the source only as bytes. Objects in S3 are named where they are. */
export function mustBeFetched(source: MediaSource): source is MediaSource & { kind: 'url' } {
  return source.kind === 'url' && !S3.test(source.url);
}

/** The block, or undefined when it was refused. */
export function encodeMedia(part: MediaPart, context: MediaContext): JsonObject | undefined {
  return part.type === 'document' ? encodeDocument(part, context) : encodePlain(part, context);
}

function encodePlain(
  part: Exclude<MediaPart, DocumentPart>,
  context: MediaContext,
): JsonObject | undefined {
  if (part.type === 'image' && part.detail !== undefined && part.detail !== 'auto')
    context.losses.drop(`${REFUSED_NAMES.image}.detail`);
  const bytes = bytesOf(part.source, context.fetched);
  const format = bytes && FORMATS[part.type][essence(bytes.mediaType)];
  if (!bytes || format === undefined) {
    context.losses.refuse(REFUSED_NAMES[part.type]);
    return undefined;
  }
  return { [part.type]: { format, source: bytes.source } };
}

function encodeDocument(part: DocumentPart, context: MediaContext): JsonObject | undefined {
  const { source } = part;
  const text = source.kind === 'text' ? source : undefined;
  const bytes = text ? undefined : bytesOf(source, context.fetched);
  const mediaType = essence(text ? (text.mediaType ?? 'text/plain') : (bytes?.mediaType ?? ''));
  const format = FORMATS.document[mediaType] ?? (mediaType.startsWith('text/') ? 'txt' : undefined);
  if (format === undefined || (!text && !bytes)) {
    context.losses.refuse(REFUSED_NAMES.document);
    return undefined;
  }
  return {
    document: {
      format,
      name: documentName(part.title, context),
      source: text ? { text: text.text } : bytes?.source,
      ...(part.context === undefined ? {} : { context: part.context }),
      ...(part.wantsCitations ? { citations: { enabled: true } } : {}),
    },
  };
}

/**
 * Converse takes letters, digits, single spaces, hyphens, brackets and parentheses, and each name once
 * (docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_DocumentBlock.html). The file's extension goes, all
 * else becomes a hyphen, and a name that is taken gets a number.
 */
function documentName(title: string | undefined, context: MediaContext): string {
  const plain = (title ?? '')
    .replace(/\.[A-Za-z0-9]{1,5}$/, '')
    .replace(/[^A-Za-z0-9\s\-()[\]]/g, '-')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 180);
  const base = plain === '' ? 'document' : plain;
  let name = base;
  for (let count = 2; context.documentNames.has(name); count++) name = `${base} (${count})`;
  context.documentNames.add(name);
  if (title !== undefined && title !== name) context.losses.adapt(TITLE);
  return name;
}

interface Bytes {
  readonly mediaType: string;
  readonly source: JsonObject;
}

function bytesOf(source: MediaSource, fetched: FetchedMediaMap): Bytes | undefined {
  if (source.kind === 'data')
    return { mediaType: source.mediaType, source: { bytes: source.base64 } };
  if (source.kind !== 'url') return undefined;
  if (S3.test(source.url)) {
    const mediaType = source.mediaType ?? mediaTypeOf(source.url);
    return { mediaType, source: { s3Location: { uri: source.url } } };
  }
  const found = fetched.get(source.url);
  return found && { mediaType: found.mediaType, source: { bytes: found.base64 } };
}

/** By the ending of an object's name: S3 is not asked. */
function mediaTypeOf(url: string): string {
  const ending = /\.([a-z0-9]+)$/i.exec(url)?.[1]?.toLowerCase() ?? '';
  for (const formats of Object.values(FORMATS))
    for (const [mediaType, format] of Object.entries(formats))
      if (format === ending || (ending === 'jpg' && format === 'jpeg')) return mediaType;
  return '';
}

function essence(mediaType: string): string {
  return mediaType.split(';')[0]?.trim().toLowerCase() ?? '';
}

const S3 = /^s3:\/\//i;

const TITLE = 'messages[].content[].file.filename';

const REFUSED_NAMES = {
  image: 'messages[].content[].image_url',
  audio: 'messages[].content[].input_audio',
  video: 'messages[].content[].video_url',
  document: 'messages[].content[].file',
} as const satisfies Record<MediaPart['type'], string>;

const FORMATS: Readonly<Record<MediaPart['type'], Readonly<Record<string, string>>>> = {
  image: {
    'image/png': 'png',
    'image/jpeg': 'jpeg',
    'image/jpg': 'jpeg',
    'image/gif': 'gif',
    'image/webp': 'webp',
  },
  audio: {
    'audio/wav': 'wav',
    'audio/x-wav': 'wav',
    'audio/wave': 'wav',
    'audio/mp3': 'mp3',
    'audio/mpeg': 'mp3',
    'audio/aac': 'aac',
    'audio/flac': 'flac',
    'audio/ogg': 'ogg',
    'audio/opus': 'opus',
    'audio/mp4': 'mp4',
    'audio/m4a': 'm4a',
    'audio/webm': 'webm',
    'audio/pcm': 'pcm',
    'audio/pcm16': 'pcm',
  },
  video: {
    'video/mp4': 'mp4',
    'video/quicktime': 'mov',
    'video/x-matroska': 'mkv',
    'video/webm': 'webm',
    'video/x-flv': 'flv',
    'video/mpeg': 'mpeg',
    'video/x-ms-wmv': 'wmv',
    'video/3gpp': 'three_gp',
  },
  document: {
    'application/pdf': 'pdf',
    'text/csv': 'csv',
    'application/msword': 'doc',
    'application/vnd.openxmlformats-officedocument.wordprocessingml.document': 'docx',
    'application/vnd.ms-excel': 'xls',
    'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': 'xlsx',
    'text/html': 'html',
    'text/plain': 'txt',
    'text/markdown': 'md',
  },
};
