import { JsonEdits } from '../json/json-edits.ts';
import { parseJson } from '../json/json-value.ts';

/** A format of sound, as OpenAI's names mean it. */
export interface AudioFormat {
  readonly mediaType: string;
  /** As OpenAI's voices come out, for estimates alone. */
  readonly bytesPerSecond: number;
}

const MP3: AudioFormat = { mediaType: 'audio/mpeg', bytesPerSecond: 20_000 };

const FORMATS: Readonly<Record<string, AudioFormat>> = {
  mp3: MP3,
  opus: { mediaType: 'audio/ogg', bytesPerSecond: 8_000 },
  aac: { mediaType: 'audio/aac', bytesPerSecond: 16_000 },
  flac: { mediaType: 'audio/flac', bytesPerSecond: 24_000 },
  wav: { mediaType: 'audio/wav', bytesPerSecond: 48_000 },
  pcm: { mediaType: 'audio/pcm', bytesPerSecond: 48_000 },
};

/** The format that a body of OpenAI's speech asks for; mp3 where it names none. */
export function audioFormatAsked(body: Uint8Array): AudioFormat {
  const edits = JsonEdits.of(body);
  const member = edits?.find('response_format');
  const name = edits && member ? parseJson(Buffer.from(edits.valueBytes(member)).toString()) : '';
  return (typeof name === 'string' ? FORMATS[name] : undefined) ?? MP3;
}

/**
 * Tokens of sound: gpt-4o-mini-tts is said to cost $0.015 a minute at $12 for a million tokens, which makes 21 a second
 * (platform.openai.com/docs/pricing, 2026-11).
 */
export function estimateAudioTokens(bytes: number, { bytesPerSecond }: AudioFormat): number {
  return Math.ceil((bytes / bytesPerSecond) * 21);
}
