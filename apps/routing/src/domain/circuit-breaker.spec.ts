import { atTime, BREAKER_RULES, type Circuit, NEW_CIRCUIT, observe } from './circuit-breaker.ts';

const good = { succeeded: 1, failed: 0, failure: '', retryAfterMs: 0 };
const bad = { succeeded: 0, failed: 1, failure: 'provider.server_error', retryAfterMs: 0 };

const after = (
  reports: readonly (typeof good)[],
  nowMs = 1_000,
  from: Circuit = NEW_CIRCUIT,
): Circuit =>
  reports.reduce((circuit, report) => observe(circuit, report, nowMs, BREAKER_RULES), from);

describe('circuit breaker', () => {
  it('stays closed for a few failures, or for many among more successes', () => {
    expect(after([bad, bad, bad, bad]).state).toBe('closed');
    expect(after([...Array(9).fill(good), ...Array(8).fill(bad)]).state).toBe('closed');
  });

  it('opens when enough calls fail and half of them or more', () => {
    expect(after(Array(5).fill(bad)).state).toBe('open');
  });

  it('forgets what lies before the window', () => {
    const old = after(Array(4).fill(bad), 100_000);
    expect(after([bad], 100_000 + BREAKER_RULES.windowMs, old).state).toBe('closed');
  });

  it('lets calls through after its pause; a success closes it, a failure doubles the pause', () => {
    const opened = after(Array(5).fill(bad), 10_000);
    expect(atTime(opened, 14_999).state).toBe('open');
    expect(atTime(opened, 15_000).state).toBe('half-open');
    expect(after([good], 15_000, opened)).toMatchObject({ state: 'closed', openings: 0 });
    expect(after([bad], 15_000, opened)).toMatchObject({
      state: 'open',
      openings: 2,
      reopensAt: 25_000,
    });
  });

  it('pauses for as long as the provider asked, up to a bound', () => {
    const asked = { ...bad, failed: 5, retryAfterMs: 30_000 };
    expect(after([asked], 0)).toMatchObject({ state: 'open', reopensAt: 30_000 });
    expect(after([{ ...asked, retryAfterMs: 9_999_999 }], 0).reopensAt).toBe(
      BREAKER_RULES.longestPauseMs,
    );
  });
});
