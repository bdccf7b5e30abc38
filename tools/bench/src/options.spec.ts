import { readBenchOptions, SYSTEM_NAMES } from './options.ts';

describe('the options of the benchmark', () => {
  it('have defaults that measure everything', () => {
    expect(readBenchOptions([])).toMatchObject({
      connections: [1, 8, 64],
      kinds: ['unary', 'streamed'],
      systems: SYSTEM_NAMES,
      durationMs: 5_000,
      soakMinutes: 0,
      keys: 0,
      quotas: false,
    });
  });

  it('are read in seconds and minutes', () => {
    const options = readBenchOptions(['--seconds', '2', '--soak', '10', '--kinds', 'unary']);
    expect(options).toMatchObject({ durationMs: 2_000, soakMinutes: 10, kinds: ['unary'] });
  });

  it('refuse what they do not know', () => {
    expect(() => readBenchOptions(['--conections', '8'])).toThrow(/conections/);
  });
});
