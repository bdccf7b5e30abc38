import type { MediaSource } from '@tollgate/neutral';
import { isObject } from '../chat/fields.ts';

/** The `source` of an image or a document; undefined for one that has no neutral form. */
export function decodeSource(source: unknown): MediaSource | undefined {
  if (!isObject(source)) return undefined;
  const { type, media_type: mediaType, data, url, file_id: id } = source;
  const typed = typeof mediaType === 'string' ? { mediaType } : {};
  if (type === 'base64' && typeof data === 'string' && typeof mediaType === 'string')
    return { kind: 'data', mediaType, base64: data };
  if (type === 'url' && typeof url === 'string') return { kind: 'url', url, ...typed };
  if (type === 'text' && typeof data === 'string') return { kind: 'text', text: data, ...typed };
  if (type === 'file' && typeof id === 'string')
    return { kind: 'file', wire: 'anthropic', id, ...typed };
  return undefined;
}
