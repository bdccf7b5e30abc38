import { vectorToBase64 } from '@tollgate/neutral';
import { JsonEdits } from '../json/json-edits.ts';
import { isRecord } from '../json/json-value.ts';
import { vectorOf } from '../operations/embedding-answer.ts';

export type EmbeddingEncoding = 'float' | 'base64';

/** How the client wants its vectors. */
export function encodingAsked(body: Uint8Array): EmbeddingEncoding {
  const edits = JsonEdits.of(body);
  const member = edits?.find('encoding_format');
  const isBase64 = edits && member && Buffer.from(edits.valueBytes(member)).equals(BASE64);
  return isBase64 ? 'base64' : 'float';
}

const BASE64 = Buffer.from('"base64"');

/**
 * The answer with its vectors in the encoding that was asked for, where the vendor ignored it: OpenAI's SDK asks for
 * base64 and cannot read anything else. Null where nothing need be changed, undefined where a vector is none.
 */
export function inEncodingAsked(
  answer: Readonly<Record<string, unknown>>,
  data: readonly unknown[],
  asked: EmbeddingEncoding,
): Readonly<Record<string, unknown>> | null | undefined {
  const isAsAsked = data.every(
    (item) => isRecord(item) && Array.isArray(item.embedding) === (asked === 'float'),
  );
  if (isAsAsked) return null;
  const changed: unknown[] = [];
  for (const item of data) {
    const vector = isRecord(item) ? vectorOf(item.embedding) : undefined;
    if (!isRecord(item) || !vector) return undefined;
    const embedding = asked === 'base64' ? vectorToBase64(vector) : Array.from(vector);
    changed.push({ ...item, embedding });
  }
  return { ...answer, data: changed };
}
