import type { TokenUsage } from '@tollgate/contracts';

/** Usage as OpenAI's images and audio have it. */
export function openAiUsage(usage: TokenUsage): Readonly<Record<string, unknown>> {
  const { inputTokens, outputTokens, inputAudioTokens } = usage;
  return {
    input_tokens: inputTokens,
    ...(inputAudioTokens > 0
      ? {
          input_token_details: {
            text_tokens: inputTokens - inputAudioTokens,
            audio_tokens: inputAudioTokens,
          },
        }
      : {}),
    output_tokens: outputTokens,
    total_tokens: inputTokens + outputTokens,
  };
}
