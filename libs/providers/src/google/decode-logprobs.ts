import type { TokenLogprob } from '@tollgate/neutral';
import { isRecord } from '../json/json-value.ts';

type Entry = Omit<TokenLogprob, 'topLogprobs'>;

/** `logprobsResult` of a candidate; empty where there is none. */
export function decodeLogprobs(result: unknown): readonly TokenLogprob[] {
  if (!isRecord(result) || !Array.isArray(result.chosenCandidates)) return [];
  const tops = Array.isArray(result.topCandidates) ? result.topCandidates : [];
  return result.chosenCandidates.flatMap((raw, index) => {
    const chosen = decodeEntry(raw);
    return chosen ? [{ ...chosen, topLogprobs: decodeTop(tops[index]) }] : [];
  });
}

function decodeTop(raw: unknown): readonly Entry[] {
  if (!isRecord(raw) || !Array.isArray(raw.candidates)) return [];
  return raw.candidates.flatMap((one) => decodeEntry(one) ?? []);
}

function decodeEntry(raw: unknown): Entry | undefined {
  if (!isRecord(raw)) return undefined;
  const { token, logProbability } = raw;
  return typeof token === 'string' && typeof logProbability === 'number'
    ? { token, logprob: logProbability, bytes: null }
    : undefined;
}
