import type { MediaSource } from '@tollgate/neutral';

const DATA_URL = /^data:([^;,]*)((?:;[^;,]*)*),/;

/** A URL as a source: what a `data:` URL holds is taken out, anything else stays a URL. */
export function sourceOfUrl(url: string, fallbackType: string): MediaSource {
  const found = DATA_URL.exec(url);
  if (!found) return { kind: 'url', url };
  const [head, type = '', parameters = ''] = found;
  const mediaType = type === '' ? fallbackType : type.toLowerCase();
  const data = url.slice(head.length);
  const isBase64 = /;\s*base64$/i.test(parameters);
  return { kind: 'data', mediaType, base64: isBase64 ? data : base64OfText(data) };
}

function base64OfText(text: string): string {
  try {
    return Buffer.from(decodeURIComponent(text)).toString('base64');
  } catch {
    return Buffer.from(text).toString('base64');
  }
}
