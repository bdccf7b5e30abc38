const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** What the Standard Webhooks specification proposes: ten attempts over three days. Milliseconds after the one before. */
const DELAYS_MS = [
  5 * SECOND,
  5 * MINUTE,
  30 * MINUTE,
  2 * HOUR,
  5 * HOUR,
  10 * HOUR,
  14 * HOUR,
  20 * HOUR,
  24 * HOUR,
] as const;

/** How far a delay may be off, so that what failed together does not come back together. */
const JITTER = 0.1;

/**
 * How long to wait after an attempt that failed, in milliseconds; undefined after the last.
 * @param step how many attempts of this round failed before it
 * @param random from 0 to 1
 */
export function retryDelayMs(step: number, random: number): number | undefined {
  const delay = DELAYS_MS[step];
  return delay === undefined ? undefined : Math.round(delay * (1 - JITTER + 2 * JITTER * random));
}
