import type { Behaviour } from '../behaviours/behaviour.ts';

/** Models named so answer without any delay of their own. */
export const instantSuffix = '-instant';

const usualTtftMs = 200;
const usualChunkDelayMs = 15;
/** A pause is off by up to this share of itself. */
const jitterShare = 0.2;

/** The pauses of one answer, in whole milliseconds. */
export interface Timing {
  /** Before the head. */
  readonly delayMs: number;
  /** From the head to the first chunk. */
  readonly ttftMs: number;
  /** Before the given chunk (from 1 on). */
  chunkDelayMs(chunk: number): number;
}

/** What a behaviour names is kept exactly; what it leaves open varies a little, the same way for the same seed. */
export function timingOf(model: string, behaviour: Behaviour | undefined, seed: number): Timing {
  const isInstant = model.endsWith(instantSuffix);
  const chunkDelayMs = behaviour?.chunkDelayMs;
  return {
    delayMs: behaviour?.delayMs ?? 0,
    ttftMs: behaviour?.ttftMs ?? (isInstant ? 0 : jittered(usualTtftMs, seed, 0)),
    chunkDelayMs: (chunk) =>
      chunkDelayMs ?? (isInstant ? 0 : jittered(usualChunkDelayMs, seed, chunk)),
  };
}

/** How long a unary answer of this many tokens takes from head to body, were it sent in chunks. */
export function generationMs(timing: Timing, tokens: number): number {
  let total = timing.ttftMs;
  for (let chunk = 1; chunk < tokens; chunk += 1) total += timing.chunkDelayMs(chunk);
  return total;
}

function jittered(baseMs: number, seed: number, step: number): number {
  const share = (mix(seed + Math.imul(step, 0x9e3779b9)) / 0xffffffff) * 2 - 1;
  return Math.round(baseMs * (1 + share * jitterShare));
}

/** A 32-bit number that looks random and is the same for the same input (murmur3's finaliser). */
export function mix(value: number): number {
  let hash = value | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** FNV-1a over the UTF-16 units of at most the first 4,096 characters. */
export function seedOf(text: string): number {
  let hash = 0x811c9dc5;
  const end = Math.min(text.length, 4_096);
  for (let index = 0; index < end; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash >>> 0;
}
