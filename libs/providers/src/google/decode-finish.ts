import type { Finish, FinishReason } from '@tollgate/neutral';

const REASONS: Readonly<Record<string, FinishReason>> = {
  STOP: 'stop',
  MAX_TOKENS: 'length',
  SAFETY: 'content_filter',
  RECITATION: 'content_filter',
  BLOCKLIST: 'content_filter',
  PROHIBITED_CONTENT: 'content_filter',
  SPII: 'content_filter',
  IMAGE_SAFETY: 'content_filter',
  IMAGE_PROHIBITED_CONTENT: 'content_filter',
  IMAGE_RECITATION: 'content_filter',
};

/** Google stops for a call as for anything else. */
export function decodeFinish(raw: string, hasCalls: boolean): Finish {
  const reason = REASONS[raw] ?? 'other';
  return { reason: reason === 'stop' && hasCalls ? 'tool_calls' : reason, raw };
}
