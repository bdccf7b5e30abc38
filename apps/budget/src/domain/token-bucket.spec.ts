import fc from 'fast-check';
import {
  emptyBucket,
  fullAt,
  moveBucket,
  roomOf,
  secondOf,
  takeMove,
  type TokenBucket,
  unspentOf,
  waitFor,
} from './token-bucket.ts';

const START = Date.UTC(2026, 10, 20, 12, 0, 0);

function taken(bucket: TokenBucket, limit: bigint, nowMs: number, units: bigint): TokenBucket {
  return moveBucket(bucket, limit, nowMs, [takeMove(secondOf(nowMs), units)]);
}

describe('a token bucket', () => {
  it('gives a burst of the limit at once, and then one as each flows off', () => {
    const bucket = taken(emptyBucket(START), 60n, START, 60n);
    expect(roomOf(bucket, 60n, START)).toBe(0n);
    expect(roomOf(bucket, 60n, START + 999)).toBe(0n);
    expect(roomOf(bucket, 60n, START + 1_000)).toBe(1n);
    expect(roomOf(bucket, 60n, START + 30_000)).toBe(30n);
    expect(roomOf(bucket, 60n, START + 90_000)).toBe(60n);
    expect(fullAt(bucket, 60n, START)).toBe(START + 60_000);
  });

  it('takes back what was not used as though it had never been taken', () => {
    const ends = secondOf(START + 3_000);
    const busy = taken(emptyBucket(START), 60n, START, 50n);
    const held = moveBucket(busy, 60n, START, [takeMove(ends, 10n)]);
    expect(roomOf(held, 60n, START)).toBe(0n);
    expect(unspentOf(held, 60n, START)).toBe(10n);
    const settled = moveBucket(held, 60n, START + 20_000, [{ ends, freed: 10n, used: 2n }]);
    const never = moveBucket(busy, 60n, START, [takeMove(ends, 2n)]);
    expect(roomOf(settled, 60n, START + 20_000)).toBe(roomOf(never, 60n, START + 20_000));
  });

  it('says when a need fits, and that one above the limit never does', () => {
    const bucket = taken(emptyBucket(START), 90n, START, 90n);
    expect(waitFor(bucket, 90n, START, 1n)).toBe(667);
    expect(waitFor(bucket, 90n, START, 90n)).toBe(60_000);
    expect(waitFor(bucket, 90n, START, 91n)).toBeNull();
    expect(waitFor(bucket, 90n, START, 0n)).toBe(0);
  });

  it('counts an overrun, however late it is known', () => {
    const ends = secondOf(START);
    const bucket = taken(emptyBucket(START), 60n, START, 10n);
    const late = START + 300_000;
    const settled = moveBucket(bucket, 60n, late, [{ ends, freed: 10n, used: 80n }]);
    expect(roomOf(settled, 60n, late)).toBe(50n);
    const soon = moveBucket(bucket, 60n, START, [{ ends, freed: 10n, used: 75n }]);
    expect(roomOf(soon, 60n, START)).toBe(-15n);
  });

  it('keeps no more than a minute and a lease of the past', () => {
    let bucket = emptyBucket(START);
    for (let ms = START; ms < START + 600_000; ms += 100) bucket = taken(bucket, 600n, ms, 1n);
    expect(bucket.later.length).toBeLessThanOrEqual(61);
  });

  /** Holders that take, draw within their lease or not, and calls that end after any time with any use. */
  const step = fc.record({
    waitMs: fc.oneof(fc.nat({ max: 400 }), fc.nat({ max: 9_000 })),
    units: fc.integer({ min: 1, max: 40 }),
    leaseMs: fc.integer({ min: 0, max: 3_000 }),
    drawsAfter: fc.double({ min: 0, max: 1, noNaN: true }),
    usedPercent: fc.oneof(fc.constantFrom(0, 100), fc.nat({ max: 100 })),
    lastsMs: fc.oneof(fc.nat({ max: 5_000 }), fc.nat({ max: 200_000 })),
  });

  it('never lets in more than the limit and what refilled, over any stretch of time', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 120 }),
        fc.array(step, { minLength: 1, maxLength: 60 }),
        (cap, steps) => {
          const limit = BigInt(cap);
          let bucket = emptyBucket(START);
          let now = START;
          const used: { at: number; units: bigint }[] = [];
          const calls: { due: number; ends: number; freed: bigint; used: bigint }[] = [];
          for (const one of steps) {
            now += one.waitMs;
            for (const call of calls.splice(0).sort((a, b) => a.due - b.due)) {
              if (call.due <= now) bucket = moveBucket(bucket, limit, call.due, [call]);
              else calls.push(call);
            }
            const units = BigInt(one.units);
            if (units > roomOf(bucket, limit, now)) continue;
            const ends = secondOf(now + one.leaseMs);
            bucket = moveBucket(bucket, limit, now, [takeMove(ends, units)]);
            const at = now + Math.floor(one.leaseMs * one.drawsAfter);
            const real = (units * BigInt(one.usedPercent)) / 100n;
            used.push({ at, units: real });
            calls.push({ due: at + one.lastsMs, ends, freed: units, used: real });
          }
          for (const from of used) {
            for (const to of used) {
              if (to.at < from.at) continue;
              let sum = 0n;
              for (const { at, units } of used) if (at >= from.at && at <= to.at) sum += units;
              expect(sum * 60_000n).toBeLessThanOrEqual(
                limit * 60_000n + limit * BigInt(to.at - from.at),
              );
            }
          }
        },
      ),
      { numRuns: 400 },
    );
  });

  it('lets in by the time that it says, and not a millisecond before', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5_000 }),
        fc.array(fc.tuple(fc.nat({ max: 3_000 }), fc.integer({ min: 1, max: 900 }))),
        fc.integer({ min: 1, max: 5_000 }),
        (cap, takes, needed) => {
          const limit = BigInt(cap);
          const need = BigInt(needed);
          let bucket = emptyBucket(START);
          let now = START;
          for (const [waitMs, units] of takes) {
            now += waitMs;
            const room = roomOf(bucket, limit, now);
            if (BigInt(units) <= room)
              bucket = moveBucket(bucket, limit, now, [
                takeMove(secondOf(now + 2_000), BigInt(units)),
              ]);
          }
          const wait = waitFor(bucket, limit, now, need);
          if (need > limit) return expect(wait).toBeNull();
          if (wait === null) throw new Error('it fits some time');
          expect(roomOf(bucket, limit, now + wait)).toBeGreaterThanOrEqual(need);
          if (wait > 0) expect(roomOf(bucket, limit, now + wait - 1)).toBeLessThan(need);
        },
      ),
    );
  });
});
