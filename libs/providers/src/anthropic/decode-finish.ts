import type { Finish, FinishReason } from '@tollgate/neutral';
import { isRecord } from '../json/json-value.ts';

const REASONS: Readonly<Record<string, FinishReason>> = {
  end_turn: 'stop',
  stop_sequence: 'stop_sequence',
  max_tokens: 'length',
  model_context_window_exceeded: 'length',
  tool_use: 'tool_calls',
  pause_turn: 'pause',
  refusal: 'refusal',
};

/** @param said the message, or the delta of a stream that ends it */
export function decodeFinish(said: Readonly<Record<string, unknown>>): Finish {
  const { stop_reason: reason, stop_sequence: sequence, container } = said;
  if (typeof reason !== 'string') return { reason: 'other', raw: null };
  const raw = reason.slice(0, 64);
  return {
    reason: (Object.hasOwn(REASONS, raw) ? REASONS[raw] : undefined) ?? 'other',
    raw,
    ...(typeof sequence === 'string' ? { stopSequence: sequence } : {}),
    ...(isRecord(container) ? { container } : {}),
  };
}
