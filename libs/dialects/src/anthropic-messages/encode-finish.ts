import type { Finish, FinishReason } from '@tollgate/neutral';

const REASONS = {
  stop: 'end_turn',
  stop_sequence: 'stop_sequence',
  length: 'max_tokens',
  tool_calls: 'tool_use',
  content_filter: 'refusal',
  refusal: 'refusal',
  pause: 'pause_turn',
  other: 'end_turn',
} as const satisfies Record<FinishReason, string>;

/** Of the same meaning as `max_tokens`, but for the reason: the window was full. */
const WINDOW_FULL = 'model_context_window_exceeded';

export interface EncodedFinish {
  readonly stop_reason: string;
  readonly stop_sequence: string | null;
  readonly container?: Readonly<Record<string, unknown>>;
}

export function encodeFinish({ reason, raw, stopSequence, container }: Finish): EncodedFinish {
  return {
    stop_reason: reason === 'length' && raw === WINDOW_FULL ? raw : REASONS[reason],
    stop_sequence: stopSequence ?? null,
    ...(container === undefined ? {} : { container }),
  };
}
