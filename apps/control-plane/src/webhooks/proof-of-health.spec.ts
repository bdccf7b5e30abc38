import { isProofOfHealth } from './proof-of-health.ts';

describe('isProofOfHealth', () => {
  it.each([
    ['calls that succeeded since', 'closed', 101, 1, true],
    ['nothing that was seen', 'closed', 0, 0, false],
    ['success from before', 'closed', 100, 5, false],
    ['a try that is not over', 'half-open', 101, 1, false],
    ['an open circuit', 'open', 101, 1, false],
  ] as const)('asks for proof: %s', (_, state, since, succeeded, expected) => {
    expect(isProofOfHealth({ state, since, succeeded }, 100)).toBe(expected);
  });
});
