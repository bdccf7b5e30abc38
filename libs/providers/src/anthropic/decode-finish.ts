import type { Finish, FinishReason } from '@tollgate/neutral';

const REASONS: Readonly<Record<string, FinishReason>> = {
  end_turn: 'stop',
  stop_sequence: 'stop_sequence',
  max_tokens: 'length',
  model_context_window_exceeded: 'length',
  tool_use: 'tool_calls',
  pause_turn: 'pause',
  refusal: 'refusal',
};

/** @param sequence what stood in `stop_sequence` */
export function decodeFinish(reason: unknown, sequence: unknown): Finish {
  if (typeof reason !== 'string') return { reason: 'other', raw: null };
  const raw = reason.slice(0, 64);
  return {
    reason: (Object.hasOwn(REASONS, raw) ? REASONS[raw] : undefined) ?? 'other',
    raw,
    ...(typeof sequence === 'string' ? { stopSequence: sequence } : {}),
  };
}
