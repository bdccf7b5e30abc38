import type { TokenUsage } from '@tollgate/contracts';
import { isRecord } from '../../json/json-value.ts';
import { partsOf } from '../chunk-facts.ts';

/** Samples of Gemini's voices: 16 bit, little-endian, mono. */
export interface Sound {
  readonly bytes: Buffer;
  /** Samples a second. */
  readonly rate: number;
}

export const USUAL_RATE = 24_000;
/** ai.google.dev/gemini-api/docs/tokens, 2026-11. */
export const TOKENS_PER_SECOND = 32;

/** What a candidate says aloud, in its order. */
export function soundsOf(candidate: Readonly<Record<string, unknown>>): readonly Sound[] {
  return partsOf(candidate).flatMap(({ inlineData }) => {
    if (!isRecord(inlineData) || typeof inlineData.data !== 'string') return [];
    const rate = Number(/rate=(\d{4,6})/.exec(String(inlineData.mimeType))?.[1] ?? USUAL_RATE);
    return [{ bytes: Buffer.from(inlineData.data, 'base64'), rate }];
  });
}

/** All that a voice generates is sound, whether or not it is counted so. */
export function asSound(usage: TokenUsage | null): TokenUsage | null {
  return usage && { ...usage, outputAudioTokens: usage.outputTokens };
}
