/** When a circuit opens, and for how long. */
export interface BreakerRules {
  /** Failures and successes older than this no longer count; milliseconds. */
  readonly windowMs: number;
  /** Fewer failures than this never open it. */
  readonly leastFailures: number;
  /** Share of failed calls, 0 to 1, from which it opens. */
  readonly failureShare: number;
  readonly firstPauseMs: number;
  /** The pause doubles each time it opens again without a success between, up to this. */
  readonly longestPauseMs: number;
}

export const BREAKER_RULES: BreakerRules = {
  windowMs: 30_000,
  leastFailures: 5,
  failureShare: 0.5,
  firstPauseMs: 5_000,
  longestPauseMs: 120_000,
};

/** The circuit of one model on one connection. Closed: calls go through. Open: none. Half-open: calls go through, one failure opens it. */
export interface Circuit {
  readonly state: 'closed' | 'open' | 'half-open';
  readonly windowStart: number;
  readonly succeeded: number;
  readonly failed: number;
  /** How often it opened since the last success. */
  readonly openings: number;
  /** While open: when it turns half-open; milliseconds since the epoch. */
  readonly reopensAt: number;
  readonly lastFailure: string;
}

export const NEW_CIRCUIT: Circuit = Object.freeze({
  state: 'closed',
  windowStart: 0,
  succeeded: 0,
  failed: 0,
  openings: 0,
  reopensAt: 0,
  lastFailure: '',
});

/** What was seen since the last report. */
export interface Report {
  readonly succeeded: number;
  readonly failed: number;
  /** Code of the most frequent failure; empty without one. */
  readonly failure: string;
  /** The provider asked for a pause of at least this long; 0 when it did not. */
  readonly retryAfterMs: number;
}

/** The circuit as time passes: an open one turns half-open when its pause is over. */
export function atTime(circuit: Circuit, nowMs: number): Circuit {
  if (circuit.state !== 'open' || nowMs < circuit.reopensAt) return circuit;
  return { ...circuit, state: 'half-open', windowStart: nowMs, succeeded: 0, failed: 0 };
}

/** The circuit after a report. */
export function observe(
  before: Circuit,
  report: Report,
  nowMs: number,
  rules: BreakerRules,
): Circuit {
  const current = inWindow(atTime(before, nowMs), nowMs, rules);
  const circuit: Circuit = {
    ...current,
    succeeded: current.succeeded + report.succeeded,
    failed: current.failed + report.failed,
    lastFailure: report.failure || current.lastFailure,
  };
  switch (circuit.state) {
    case 'open':
      return report.retryAfterMs
        ? { ...circuit, reopensAt: Math.max(circuit.reopensAt, nowMs + report.retryAfterMs) }
        : circuit;
    case 'half-open':
      if (report.failed) return open(circuit, report, nowMs, rules);
      return report.succeeded ? { ...circuit, state: 'closed', openings: 0 } : circuit;
    case 'closed': {
      const share = circuit.failed / Math.max(1, circuit.failed + circuit.succeeded);
      const tooMany = circuit.failed >= rules.leastFailures && share >= rules.failureShare;
      return report.failed && tooMany ? open(circuit, report, nowMs, rules) : circuit;
    }
  }
}

function open(circuit: Circuit, report: Report, nowMs: number, rules: BreakerRules): Circuit {
  const doubled = rules.firstPauseMs * 2 ** Math.min(circuit.openings, 16);
  const pause = Math.min(rules.longestPauseMs, Math.max(doubled, report.retryAfterMs));
  return { ...circuit, state: 'open', openings: circuit.openings + 1, reopensAt: nowMs + pause };
}

function inWindow(circuit: Circuit, nowMs: number, rules: BreakerRules): Circuit {
  if (nowMs - circuit.windowStart < rules.windowMs) return circuit;
  return { ...circuit, windowStart: nowMs, succeeded: 0, failed: 0 };
}
