import { drainTimes } from './drain-times.ts';

describe('drainTimes', () => {
  it.each([0, 1_000, 30_000, 600_000, undefined])(
    'guarantees that the bus outlasts the service, and the process the bus (%s ms)',
    (drainMs) => {
      const { busMs, processMs } = drainTimes(drainMs);
      expect(busMs).toBeGreaterThan(drainMs ?? 0);
      expect(processMs).toBeGreaterThan(busMs);
    },
  );

  it('ends a process 45 s after the signal by default', () => {
    expect(drainTimes(30_000).processMs).toBe(45_000);
    expect(drainTimes().processMs).toBeLessThanOrEqual(45_000);
  });
});
