import type { Conversation } from '@tollgate/neutral';

const TYPES: Readonly<Record<string, string>> = { mp3: 'audio/mpeg', pcm16: 'audio/pcm' };

/** The media type of an answer's sound, by the format that was asked for. */
export function audioTypeOf({ audio }: Pick<Conversation, 'audio'>): string {
  const format = audio?.['format'];
  if (typeof format !== 'string') return 'audio/wav';
  return TYPES[format] ?? `audio/${format}`;
}
