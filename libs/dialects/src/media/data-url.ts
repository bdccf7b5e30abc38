import type { MediaSource } from '@tollgate/neutral';
import { optional } from '../json/optional.ts';

const DATA_URL = /^data:([^;,]*)((?:;[^;,]*)*),/i;

/** Where a URL's bytes are: in itself for a `data:` URL, else at the URL. `mediaType` is what the client says it is. */
export function decodeMediaUrl(url: string, mediaType?: string): MediaSource {
  const head = DATA_URL.exec(url.slice(0, LONGEST_HEAD));
  if (!head) return { kind: 'url', url, ...optional('mediaType', mediaType) };
  const [whole, type = '', parameters = ''] = head;
  const data = url.slice(whole.length);
  return {
    kind: 'data',
    mediaType: type || mediaType || 'application/octet-stream',
    base64: /;base64$/i.test(parameters) ? withoutBreaks(data) : encodeText(data),
  };
}

const LONGEST_HEAD = 512;

/** Base64 as it stands in JSON may be broken into lines; no wire wants that. */
export function withoutBreaks(base64: string): string {
  return /\s/.test(base64) ? base64.replace(/\s+/g, '') : base64;
}

function encodeText(data: string): string {
  try {
    return Buffer.from(decodeURIComponent(data)).toString('base64');
  } catch {
    return Buffer.from(data).toString('base64');
  }
}
