import type { Finish, FinishReason } from '@tollgate/neutral';

/** @param stop the texts that the client asked to stop at: Bedrock does not say which one it was */
export function decodeFinishReason(raw: string, stop: readonly string[] = []): Finish {
  const reason = Object.hasOwn(REASONS, raw) ? (REASONS[raw] ?? 'other') : 'other';
  const [only] = stop;
  const isKnown = reason === 'stop_sequence' && stop.length === 1 && only !== undefined;
  return { reason, raw, ...(isKnown ? { stopSequence: only } : {}) };
}

const REASONS: Readonly<Record<string, FinishReason>> = {
  end_turn: 'stop',
  tool_use: 'tool_calls',
  max_tokens: 'length',
  model_context_window_exceeded: 'length',
  stop_sequence: 'stop_sequence',
  guardrail_intervened: 'content_filter',
  content_filtered: 'content_filter',
  refusal: 'refusal',
  pause_turn: 'pause',
  malformed_model_output: 'other',
  malformed_tool_use: 'other',
};
