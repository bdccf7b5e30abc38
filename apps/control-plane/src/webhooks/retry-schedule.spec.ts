import { retryDelayMs } from './retry-schedule.ts';

const HOUR = 3_600_000;

function delays(random: number): number[] {
  const all: number[] = [];
  for (let step = 0; ; step++) {
    const delay = retryDelayMs(step, random);
    if (delay === undefined) return all;
    all.push(delay);
  }
}

describe('the schedule of retries', () => {
  it('begins after seconds, and gives up after three days and ten attempts', () => {
    const middle = delays(0.5);
    expect(middle[0]).toBe(5_000);
    expect(middle).toHaveLength(9);
    const hours = middle.reduce((sum, delay) => sum + delay, 0) / HOUR;
    expect(hours).toBeGreaterThan(72);
    expect(hours).toBeLessThan(77);
  });

  it('spreads what failed together by a tenth to both sides', () => {
    const middle = delays(0.5);
    expect(delays(0)).toEqual(middle.map((delay) => Math.round(delay * 0.9)));
    expect(delays(1)).toEqual(middle.map((delay) => Math.round(delay * 1.1)));
  });
});
