import fc from 'fast-check';
import { decodeCursor, encodeCursor } from './cursor.ts';
import { dispose } from './dispose.ts';
import { LagClock } from './lag-clock.ts';
import { RecentIds } from './recent-ids.ts';

describe('RecentIds', () => {
  it('remembers at least half of its capacity and never more than all of it', () => {
    const recent = new RecentIds(100);
    for (let i = 0; i < 1_000; i++) {
      recent.add(`id_${i}`);
      expect(recent.size).toBeLessThanOrEqual(100);
      for (let back = 0; back < Math.min(i, 50); back++)
        expect(recent.has(`id_${i - back}`)).toBe(true);
    }
    expect(recent.has('id_0')).toBe(false);
  });
});

describe('cursor', () => {
  it('comes back as it was (property)', () => {
    fc.assert(
      fc.property(
        fc.nat({ max: 4_102_444_800_000 }),
        fc.stringMatching(/^req_[0-9a-z]{26}$/),
        (startedAt, id) => {
          expect(decodeCursor(encodeCursor({ startedAt, id }))).toEqual({ startedAt, id });
        },
      ),
    );
  });

  it('is refused when it is none of ours', () => {
    for (const text of [
      '',
      '.',
      'abc',
      'abc.',
      `abc.${'x'.repeat(65)}`,
      "abc.a'b",
      'zzzzzzzzzzzz.a',
    ])
      expect(decodeCursor(text)).toBeUndefined();
  });
});

describe('LagClock', () => {
  it('tells how long the oldest message has waited', () => {
    const clock = new LagClock();
    expect(clock.observe({ pending: 3, ackFloor: 0, lastSequence: 3 }, 1_000)).toBe(0);
    expect(clock.observe({ pending: 9, ackFloor: 0, lastSequence: 9 }, 6_000)).toBe(5_000);
    // The first three are through: the oldest is one of those seen at 6,000.
    expect(clock.observe({ pending: 5, ackFloor: 4, lastSequence: 9 }, 8_000)).toBe(2_000);
    expect(clock.observe({ pending: 0, ackFloor: 9, lastSequence: 9 }, 9_000)).toBe(0);
    expect(clock.observe({ pending: 1, ackFloor: 9, lastSequence: 10 }, 50_000)).toBe(0);
  });

  it('goes on telling it over many sightings', () => {
    const clock = new LagClock();
    let age = 0;
    for (let i = 0; i <= 5_000; i++)
      age = clock.observe({ pending: i + 1, ackFloor: 0, lastSequence: i + 1 }, i * 1_000);
    expect(age).toBe(5_000_000);
  });
});

describe('dispose', () => {
  it('parks the dead lines of a message and no others', () => {
    const fates = dispose(3, [
      { message: 1, text: 'x', reason: 'is not JSON' },
      { message: 1, text: 'y', reason: 'is no record' },
    ]);
    expect(fates).toEqual([
      { kind: 'done' },
      { kind: 'dead', reason: 'is not JSON', lines: ['x', 'y'] },
      { kind: 'done' },
    ]);
  });
});
