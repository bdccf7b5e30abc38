import type { Finish, FinishReason } from '@tollgate/neutral';

const REASONS: Readonly<Record<string, FinishReason>> = {
  stop: 'stop',
  eos: 'stop',
  end_turn: 'stop',
  stop_sequence: 'stop_sequence',
  length: 'length',
  max_tokens: 'length',
  model_length: 'length',
  tool_calls: 'tool_calls',
  function_call: 'tool_calls',
  content_filter: 'content_filter',
};

const LONGEST = 64;

/**
 * Why a choice ended. Vendors say `stop` (or nothing) as well when a tool was forced or where they never say `tool_calls`:
 * an answer that ends well and has calls ends with them.
 */
export function decodeFinish(raw: unknown, hasCalls: boolean): Finish {
  const word = typeof raw === 'string' ? raw.slice(0, LONGEST) : null;
  const reason = word === null ? 'stop' : (REASONS[word] ?? 'other');
  return { reason: reason === 'stop' && hasCalls ? 'tool_calls' : reason, raw: word };
}
