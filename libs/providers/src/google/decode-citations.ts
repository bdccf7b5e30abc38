import type { Citation } from '@tollgate/neutral';
import { isRecord } from '../json/json-value.ts';

type Fields = Readonly<Record<string, unknown>>;

/** A text part of a candidate and where its bytes begin among all the candidate's texts. */
export interface PlacedText {
  readonly part: number;
  readonly text: string;
  readonly startByte: number;
}

export interface PlacedCitation {
  readonly part: number;
  readonly citation: Citation;
}

/** The sources of a candidate, by the text that rests on each. Google counts bytes; places count from 0. */
export function decodeCitations(
  { groundingMetadata, citationMetadata }: Fields,
  texts: readonly PlacedText[],
): readonly PlacedCitation[] {
  const last = texts.at(-1);
  if (!last) return [];
  const found: PlacedCitation[] = [];
  if (isRecord(groundingMetadata)) {
    const sources = listOf(groundingMetadata.groundingChunks).map(sourceOf);
    const used = new Set<number>();
    for (const support of listOf(groundingMetadata.groundingSupports)) {
      const indices = Array.isArray(support.groundingChunkIndices)
        ? support.groundingChunkIndices
        : [];
      for (const index of indices) {
        const source = typeof index === 'number' ? sources[index] : undefined;
        if (!source) continue;
        used.add(index);
        found.push(place(source, isRecord(support.segment) ? support.segment : {}, texts, last));
      }
    }
    for (const [index, source] of sources.entries())
      if (source && !used.has(index)) found.push({ part: last.part, citation: source });
  }
  const recited = isRecord(citationMetadata)
    ? (citationMetadata.citations ?? citationMetadata.citationSources)
    : [];
  for (const one of listOf(recited)) {
    const source = sourceOf({ web: one });
    if (source) found.push(place(source, one, texts, last));
  }
  return found;
}

function listOf(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

function sourceOf(chunk: Fields): Citation | undefined {
  const source = chunk.web ?? chunk.retrievedContext ?? chunk.maps;
  if (!isRecord(source)) return undefined;
  const { uri, title } = source;
  return {
    kind: typeof uri === 'string' ? 'url' : 'document',
    ...(typeof uri === 'string' ? { url: uri } : {}),
    ...(typeof title === 'string' ? { title } : {}),
  };
}

/** Finds the text that holds the segment's end; without places the citation stands at the last text. */
function place(
  source: Citation,
  segment: Fields,
  texts: readonly PlacedText[],
  last: PlacedText,
): PlacedCitation {
  const { startIndex, endIndex } = segment;
  if (typeof endIndex !== 'number') return { part: last.part, citation: source };
  const at = texts.findLast(({ startByte }) => startByte < endIndex) ?? last;
  const bytes = Buffer.from(at.text);
  const units = (index: number): number =>
    bytes.toString('utf8', 0, Math.max(0, Math.min(index - at.startByte, bytes.length))).length;
  const start = typeof startIndex === 'number' ? startIndex : 0;
  return {
    part: at.part,
    citation: { ...source, startIndex: units(start), endIndex: units(endIndex) },
  };
}
