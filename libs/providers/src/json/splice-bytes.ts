/** Replaces the bytes from `start` up to `end`. */
export interface Splice {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Applies splices that do not overlap, in any order (insertions come before what is replaced at the same
 * place); all other bytes stay as they are. */
export function spliceBytes(bytes: Uint8Array, splices: readonly Splice[]): Uint8Array {
  if (splices.length === 0) return bytes;
  const sorted =
    splices.length > 1 ? splices.toSorted((a, b) => a.start - b.start || a.end - b.end) : splices;
  const pieces: Uint8Array[] = [];
  let from = 0;
  for (const { start, end, text } of sorted) {
    if (start > from) pieces.push(bytes.subarray(from, start));
    if (text !== '') pieces.push(Buffer.from(text));
    from = end;
  }
  if (from < bytes.length) pieces.push(bytes.subarray(from));
  return Buffer.concat(pieces);
}
