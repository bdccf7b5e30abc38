import type { Finish, FinishReason } from '@tollgate/neutral';

/**
 * OpenAI's word for why an answer ended. What no word stands for is told in the provider's own, in lower case; clients
 * take a word that they do not know for an unknown reason, which it is.
 */
export function encodeFinish({ reason, raw }: Finish): string {
  return WORDS[reason] ?? raw?.toLowerCase().slice(0, LONGEST) ?? 'stop';
}

const LONGEST = 64;

const WORDS = {
  stop: 'stop',
  stop_sequence: 'stop',
  length: 'length',
  tool_calls: 'tool_calls',
  content_filter: 'content_filter',
  refusal: 'content_filter',
  pause: 'stop',
  other: null,
} as const satisfies Record<FinishReason, string | null>;
