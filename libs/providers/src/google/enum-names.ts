/**
 * Google's words by their numbers: with `enum-encoding=int` its servers write numbers
 * (ai.google.dev/api/generate-content, 2026-11).
 */
const FINISH_REASONS = [
  'FINISH_REASON_UNSPECIFIED',
  'STOP',
  'MAX_TOKENS',
  'SAFETY',
  'RECITATION',
  'OTHER',
  'LANGUAGE',
  'BLOCKLIST',
  'PROHIBITED_CONTENT',
  'SPII',
  'MALFORMED_FUNCTION_CALL',
  'IMAGE_SAFETY',
  'UNEXPECTED_TOOL_CALL',
] as const;

const MODALITIES = ['MODALITY_UNSPECIFIED', 'TEXT', 'IMAGE', 'VIDEO', 'AUDIO', 'DOCUMENT'] as const;

/** Null while the candidate has not finished. */
export function finishReasonName(value: unknown): string | null {
  const name = typeof value === 'number' ? (FINISH_REASONS[value] ?? 'OTHER') : value;
  if (typeof name !== 'string' || name === '' || name === FINISH_REASONS[0]) return null;
  return name.slice(0, 64);
}

export function modalityName(value: unknown): unknown {
  return typeof value === 'number' ? MODALITIES[value] : value;
}
