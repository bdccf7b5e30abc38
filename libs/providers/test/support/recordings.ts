import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

export interface Recording {
  /** Its line, counted from 1. */
  readonly line: number;
  readonly url: string;
  readonly endpoint: string;
  readonly status: number;
  readonly kind: string;
  readonly reqJson: Readonly<Record<string, unknown>>;
  readonly respHeaders: Readonly<Record<string, string>>;
  readonly respText?: string;
  readonly respB64?: string;
}

const folder = path.resolve(__dirname, '../../../../../shared/recordings');

/** Whether there are recordings of this vendor beside the checkout; says so where not. */
export function hasRecordings(slug: string): boolean {
  const isHere = existsSync(path.join(folder, `${slug}.jsonl`));
  if (!isHere) console.warn(`skipped: there are no recordings of ${slug} in ${folder}`);
  return isHere;
}

export function loadRecordings(slug: string): Recording[] {
  if (!existsSync(path.join(folder, `${slug}.jsonl`))) return [];
  return readFileSync(path.join(folder, `${slug}.jsonl`), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line, index): Recording => ({ reqJson: {}, ...JSON.parse(line), line: index + 1 }));
}

export function bodyOf({ respText, respB64 }: Recording): Buffer {
  return respB64 === undefined ? Buffer.from(respText ?? '') : Buffer.from(respB64, 'base64');
}
