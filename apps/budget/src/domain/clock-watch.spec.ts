import fc from 'fast-check';
import { ClockWatch } from './clock-watch.ts';

const LIMITS = { jumpMs: 1_000, skewMs: 5_000, doubtMs: 600_000 };
const HOUR_MS = 3_600_000;

/** A world in which this clock may be set, and the database's too. */
function world() {
  const watch = new ClockWatch(LIMITS);
  let [elapsed, own, server] = [0, 0, 0];
  return {
    pass: (ms: number) => void (elapsed += ms),
    set: (ms: number) => void (own += ms),
    setServer: (ms: number) => void (server += ms),
    doubt: (answerMs = 0) => {
      const beforeMs = elapsed + own;
      elapsed += answerMs;
      return watch.doubt({
        beforeMs,
        afterMs: elapsed + own,
        serverMs: elapsed + server,
        monotonicMs: elapsed,
      });
    },
  };
}

describe('ClockWatch', () => {
  it('trusts clocks that agree and go on, however slowly the database answers', () => {
    const { pass, doubt } = world();
    for (const ms of [0, 1_000, 60_000, 10 * HOUR_MS]) {
      pass(ms);
      expect(doubt(20_000)).toBeNull();
    }
  });

  it('doubts a clock that was set forward, together with the database’s too, for as long as a call may last', () => {
    const { pass, set, setServer, doubt } = world();
    expect(doubt()).toBeNull();
    pass(1_000);
    set(HOUR_MS);
    setServer(HOUR_MS);
    expect(doubt()).toBe('this clock was set forward');
    pass(LIMITS.doubtMs - 1);
    expect(doubt()).toBe('this clock was set forward');
    pass(1);
    expect(doubt()).toBeNull();
  });

  it('doubts a clock that differs from the database’s for as long as it does', () => {
    const { pass, set, doubt } = world();
    set(-LIMITS.skewMs);
    expect(doubt()).toBeNull();
    set(-1);
    expect(doubt()).toBe("this clock and the database's differ");
    pass(10 * HOUR_MS);
    expect(doubt()).toBe("this clock and the database's differ");
  });

  it('never trusts a clock within that time of a step forward, over any order of steps', () => {
    const step = fc.record({
      pass: fc.nat({ max: 300_000 }),
      set: fc.oneof(fc.constant(0), fc.integer({ min: -HOUR_MS, max: HOUR_MS })),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const { pass, set, setServer, doubt } = world();
        let sinceStep = Number.POSITIVE_INFINITY;
        doubt();
        for (const { pass: ms, set: by } of steps) {
          pass(ms);
          sinceStep += ms;
          set(by);
          setServer(by);
          if (by > LIMITS.jumpMs) sinceStep = 0;
          if (doubt() === null) expect(sinceStep).toBeGreaterThanOrEqual(LIMITS.doubtMs);
        }
      }),
    );
  });
});
