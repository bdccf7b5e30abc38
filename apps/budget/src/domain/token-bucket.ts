import { greatest, least } from './units.ts';

/**
 * Requests or tokens a minute: a burst of the limit, refilled evenly. What is taken counts in full until `ends`, the last
 * moment at which it may be drawn, and flows off from then on; what was not used is taken back where it stands, so that the
 * level is what it would be had it never been taken. Times are rounded up to seconds, which lets nothing in too early.
 * `migrations/sql/buckets.ts` does the same; a test runs both side by side.
 */
export interface TokenBucket {
  /** Seconds since the epoch. `level` holds then, with all that counts from then or before. */
  readonly second: number;
  /** In parts. */
  readonly level: bigint;
  /** What counts from later seconds on, ascending; at most a minute's and a lease's. */
  readonly later: readonly Portion[];
}

interface Portion {
  readonly second: number;
  readonly units: bigint;
}

/** What became of something taken that counts from `ends` on (seconds): `freed` of it is taken back, `used` stays. */
export interface BucketMove {
  readonly ends: number;
  readonly freed: bigint;
  readonly used: bigint;
}

/** Parts of a unit: a bucket of limit L loses L of them each millisecond. */
export const PARTS = 60_000n;
/** How long what was taken can be taken back: what is older than that has flown off, unless the bucket never was empty. */
export const KEPT_SECONDS = 60;

export function emptyBucket(nowMs: number): TokenBucket {
  return { second: secondOf(nowMs) - KEPT_SECONDS, level: 0n, later: [] };
}

/** The second from which on something counts that may be drawn until then. */
export function secondOf(ms: number): number {
  return Math.ceil(ms / 1_000);
}

/** What is left, in whole units. Below zero where more was used than was reserved. */
export function roomOf(bucket: TokenBucket, limit: bigint, nowMs: number): bigint {
  return floorUnits(limit * PARTS - levelAt(bucket, limit, nowMs, true));
}

/** What would be left if all came back that may still be drawn. */
export function unspentOf(bucket: TokenBucket, limit: bigint, nowMs: number): bigint {
  return floorUnits(limit * PARTS - levelAt(bucket, limit, nowMs, false));
}

/** All that was granted before is added by a move that frees less than nothing. */
export function takeMove(ends: number, units: bigint): BucketMove {
  return { ends, freed: -units, used: 0n };
}

/** Books moves. Where it is too late to take back, only what was used beyond it is added. */
export function moveBucket(
  bucket: TokenBucket,
  limit: bigint,
  nowMs: number,
  moves: readonly BucketMove[],
): TokenBucket {
  const now = secondOf(nowMs);
  const second = Math.max(bucket.second, now - KEPT_SECONDS);
  const folded = bucket.later.filter((portion) => portion.second <= second);
  let level = flowOff({ ...bucket, later: folded }, limit, second * 1_000);
  const sums = new Map<number, bigint>();
  const add = (at: number, units: bigint): void => void sums.set(at, (sums.get(at) ?? 0n) + units);
  for (const portion of bucket.later) {
    if (portion.second > second) add(portion.second, portion.units);
  }
  for (const { ends, freed, used } of moves) {
    if (ends > second) {
      add(ends, -freed);
      add(Math.min(ends, now), used);
    } else level += greatest(used - freed, 0n) * PARTS;
  }
  const later = [...sums]
    .filter(([, units]) => units > 0n)
    .sort(([a], [b]) => a - b)
    .map(([at, units]) => ({ second: at, units }));
  return { second, level, later };
}

/** How long until so much fits, if nobody takes anything more and all is used; milliseconds. Null: it never does. */
export function waitFor(
  bucket: TokenBucket,
  limit: bigint,
  nowMs: number,
  need: bigint,
): number | null {
  if (need > limit) return null;
  const allowed = (limit - need) * PARTS;
  const fitsAt = (ms: number): boolean => levelAt(bucket, limit, ms, true) <= allowed;
  let low = Math.floor(nowMs);
  if (fitsAt(low)) return 0;
  const last = bucket.later.at(-1)?.second ?? bucket.second;
  const held = bucket.later.reduce((sum, { units }) => sum + units, 0n);
  const most = (bucket.level + held * PARTS) / greatest(limit, 1n) + 1n;
  let high = Math.max(low, last * 1_000) + Number(least(most, 1_000_000_000_000n));
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (fitsAt(middle)) high = middle;
    else low = middle;
  }
  return high - Math.floor(nowMs);
}

/** When it is full again, milliseconds since the epoch. */
export function fullAt(bucket: TokenBucket, limit: bigint, nowMs: number): number {
  return Math.floor(nowMs) + (waitFor(bucket, limit, nowMs, limit) ?? 0);
}

function levelAt(bucket: TokenBucket, limit: bigint, nowMs: number, withHeld: boolean): bigint {
  const atMs = Math.floor(nowMs);
  const due = bucket.later.filter(({ second }) => second * 1_000 <= atMs);
  const level = flowOff({ ...bucket, later: due }, limit, atMs);
  if (!withHeld) return level;
  const held = bucket.later.slice(due.length).reduce((sum, { units }) => sum + units, 0n);
  return level + held * PARTS;
}

/** The level at a time, which no portion may be later than. */
function flowOff({ second, level, later }: TokenBucket, limit: bigint, untilMs: number): bigint {
  let atMs = second * 1_000;
  let parts = level;
  const pass = (toMs: number): void => {
    parts = greatest(parts - limit * BigInt(Math.max(toMs - atMs, 0)), 0n);
    atMs = Math.max(atMs, toMs);
  };
  for (const portion of later) {
    pass(portion.second * 1_000);
    parts += portion.units * PARTS;
  }
  pass(untilMs);
  return parts;
}

function floorUnits(parts: bigint): bigint {
  const units = parts / PARTS;
  return parts < 0n && units * PARTS !== parts ? units - 1n : units;
}
