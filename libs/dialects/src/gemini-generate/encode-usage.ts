import type { TokenUsage } from '@tollgate/contracts';

/** Google counts thoughts apart from the candidates, and what was cached as a part of the prompt. */
export function encodeUsage(usage: TokenUsage, serviceTier: string | undefined): object {
  const { inputTokens, outputTokens, reasoningTokens } = usage;
  const { cachedInputTokens, inputAudioTokens, outputAudioTokens } = usage;
  return {
    promptTokenCount: inputTokens,
    candidatesTokenCount: outputTokens - reasoningTokens,
    totalTokenCount: inputTokens + outputTokens,
    ...(cachedInputTokens > 0 ? { cachedContentTokenCount: cachedInputTokens } : {}),
    ...(reasoningTokens > 0 ? { thoughtsTokenCount: reasoningTokens } : {}),
    ...(inputAudioTokens > 0
      ? { promptTokensDetails: byModality(inputTokens, inputAudioTokens) }
      : {}),
    ...(outputAudioTokens > 0
      ? { candidatesTokensDetails: byModality(outputTokens - reasoningTokens, outputAudioTokens) }
      : {}),
    ...(serviceTier === undefined ? {} : { serviceTier }),
  };
}

function byModality(total: number, audio: number): readonly object[] {
  const text = Math.max(0, total - audio);
  return [
    ...(text > 0 ? [{ modality: 'TEXT', tokenCount: text }] : []),
    { modality: 'AUDIO', tokenCount: audio },
  ];
}
