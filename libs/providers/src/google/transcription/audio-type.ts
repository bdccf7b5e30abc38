import type { TranscriptionRequest } from '@tollgate/neutral';

const BEGINNINGS: readonly (readonly [RegExp, string])[] = [
  [/^RIFF[^]{4}WAVE/, 'audio/wav'],
  [/^ID3|^\xff[\xe2\xe3\xf2\xf3\xfa\xfb]/, 'audio/mp3'],
  [/^\xff[\xf0\xf1\xf8\xf9]/, 'audio/aac'],
  [/^OggS/, 'audio/ogg'],
  [/^fLaC/, 'audio/flac'],
  [/^FORM[^]{4}AIF[FC]/, 'audio/aiff'],
  [/^[^]{4}ftyp/, 'audio/mp4'],
  [/^\x1a\x45\xdf\xa3/, 'audio/webm'],
];

/**
 * What a recording is: by its bytes, since clients often send files without a type, else as the client says. Undefined
 * where nothing says that it is sound.
 */
export function audioTypeOf({
  bytes,
  mediaType,
}: TranscriptionRequest['audio']): string | undefined {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 12));
  const text = head.toString('latin1');
  const found = BEGINNINGS.find(([beginning]) => beginning.test(text))?.[1];
  if (found !== undefined) return found;
  return /^(?:audio|video)\/[\w.+-]{1,64}$/.test(mediaType) ? mediaType : undefined;
}
