import type { Finish, FinishReason } from '@tollgate/neutral';

const REASONS = {
  stop: 'STOP',
  stop_sequence: 'STOP',
  tool_calls: 'STOP',
  length: 'MAX_TOKENS',
  content_filter: 'SAFETY',
  refusal: 'SAFETY',
  pause: 'OTHER',
  other: 'OTHER',
} as const satisfies Record<FinishReason, string>;

/** Google's own words (`FinishReason` of its SDK, 2026-11), by what they mean. */
const OWN: Readonly<Partial<Record<FinishReason, ReadonlySet<string>>>> = {
  content_filter: new Set([
    'SAFETY',
    'RECITATION',
    'BLOCKLIST',
    'PROHIBITED_CONTENT',
    'SPII',
    'IMAGE_SAFETY',
    'IMAGE_PROHIBITED_CONTENT',
    'IMAGE_RECITATION',
  ]),
  other: new Set([
    'LANGUAGE',
    'OTHER',
    'MALFORMED_FUNCTION_CALL',
    'UNEXPECTED_TOOL_CALL',
    'TOO_MANY_TOOL_CALLS',
    'NO_IMAGE',
    'IMAGE_OTHER',
    'CONTINUATION',
    'MALFORMED_RESPONSE',
  ]),
};

export function encodeFinishReason({ reason, raw }: Finish): string {
  return raw !== null && OWN[reason]?.has(raw) ? raw : REASONS[reason];
}
