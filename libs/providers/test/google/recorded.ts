import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

export interface Recording {
  readonly provider: string;
  readonly endpoint: string;
  readonly url: string;
  readonly path: string;
  readonly status: number;
  readonly kind: string;
  /** Missing where the recording lost the body. */
  readonly reqJson?: Readonly<Record<string, unknown>>;
  readonly respText: string;
}

const folder = path.resolve(__dirname, '../../../../../shared/recordings');
export const isHere = existsSync(folder);
if (!isHere) console.warn(`skipped: there are no recordings in ${folder}`);

/** All exchanges of a file, whatever the endpoint. */
export function load(name: 'gemini' | 'vertex'): readonly Recording[] {
  if (!isHere) return [];
  return readFileSync(path.join(folder, `${name}.jsonl`), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line): Recording => JSON.parse(line));
}

export const modelOf = ({ url }: Recording): string => /models\/([^:?/]+)/.exec(url)?.[1] ?? '';

/** A recorded stream as the server-sent events that the same request with `alt=sse` gives. */
export function eventsOf({ kind, respText }: Recording): Buffer {
  if (kind === 'sse')
    return Buffer.from(respText.endsWith('\n') ? respText : `${respText}\r\n\r\n`);
  const chunks: unknown[] = JSON.parse(respText);
  return Buffer.from(chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\r\n\r\n`).join(''));
}
