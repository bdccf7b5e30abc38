import { isRecord } from '../json/json-value.ts';
import { parseAnswer } from '../json/parse-answer.ts';
import { listOf } from './wire.ts';

/** The ids of `{ modelSummaries: [{ modelId }] }`; undefined for anything else. */
export function decodeFoundationModels(body: Buffer): readonly string[] | undefined {
  const summaries = parseAnswer(body)?.modelSummaries;
  if (!Array.isArray(summaries)) return undefined;
  return listOf(summaries).flatMap((summary) =>
    isRecord(summary) && typeof summary.modelId === 'string' && summary.modelId.length <= 256
      ? [summary.modelId]
      : [],
  );
}
