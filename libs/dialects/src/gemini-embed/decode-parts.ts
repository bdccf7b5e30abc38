import type {
  AudioPart,
  DocumentPart,
  ImagePart,
  MediaSource,
  TextPart,
  VideoPart,
} from '@tollgate/neutral';
import { isObject } from '../chat/fields.ts';
import { withoutBreaks } from '../media/data-url.ts';
import type { Fields } from '../operation/read-fields.ts';

export type EmbeddablePart = TextPart | ImagePart | AudioPart | VideoPart | DocumentPart;

/** Undefined where one of the parts is neither text nor media. */
export function decodeParts(parts: readonly Fields[]): readonly EmbeddablePart[] | undefined {
  const decoded: EmbeddablePart[] = [];
  for (const part of parts) {
    const one = decodePart(part);
    if (!one) return undefined;
    decoded.push(one);
  }
  return decoded;
}

function decodePart({ text, inlineData, fileData }: Fields): EmbeddablePart | undefined {
  if (typeof text === 'string') return { type: 'text', text };
  if (isObject(inlineData)) {
    const { data, mimeType } = inlineData;
    if (typeof data !== 'string' || typeof mimeType !== 'string') return undefined;
    return media(mimeType, { kind: 'data', mediaType: mimeType, base64: withoutBreaks(data) });
  }
  if (!isObject(fileData)) return undefined;
  const { fileUri: url, mimeType } = fileData;
  if (typeof url !== 'string') return undefined;
  const mediaType = typeof mimeType === 'string' ? mimeType : '';
  return media(mediaType, { kind: 'url', url, ...(mediaType && { mediaType }) });
}

function media(mediaType: string, source: MediaSource): EmbeddablePart {
  switch (mediaType.split('/')[0]) {
    case 'image':
      return { type: 'image', source };
    case 'audio':
      return { type: 'audio', source };
    case 'video':
      return { type: 'video', source };
    default:
      return { type: 'document', source };
  }
}
