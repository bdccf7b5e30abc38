import { type CallsObserved, type Failure, FAILURES } from '@tollgate/contracts';
import type { OutcomeSink } from './ports.ts';

const REPORT_MS = 250;
/** After a failure: soon, yet together with those that come with it. */
const URGENT_MS = 10;

interface Tally {
  readonly aiProviderId: string;
  readonly model: string;
  succeeded: number;
  readonly failed: Record<string, number>;
  ttftMsSum: number;
  durationMsSum: number;
  retryAfterMs: number;
}

/** Sums up what became of calls and tells routing: four times a second while there is something, at once after a failure. */
export class OutcomeReporter implements OutcomeSink {
  private tallies = new Map<string, Tally>();
  private timer: NodeJS.Timeout | undefined;
  private isUrgent = false;

  constructor(
    private readonly instanceId: string,
    private readonly broadcast: (event: CallsObserved) => void,
    private readonly epochMs: () => number,
  ) {}

  succeeded(aiProviderId: string, model: string, ttftMs: number, durationMs: number): void {
    const tally = this.tally(aiProviderId, model);
    tally.succeeded++;
    tally.ttftMsSum += ttftMs;
    tally.durationMsSum += durationMs;
    this.timer ??= setTimeout(() => this.report(), REPORT_MS);
  }

  failed(aiProviderId: string, model: string, failure: Failure): void {
    if (!tellsOfHealth(failure)) return;
    const tally = this.tally(aiProviderId, model);
    tally.failed[failure.code] = (tally.failed[failure.code] ?? 0) + 1;
    tally.retryAfterMs = Math.max(tally.retryAfterMs, failure.retryAfterMs ?? 0);
    if (this.isUrgent) return;
    this.isUrgent = true;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.report(), URGENT_MS);
  }

  /** Sends what is left. */
  stop(): void {
    this.report();
  }

  private report(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.isUrgent = false;
    if (this.tallies.size === 0) return;
    const outcomes = [...this.tallies.values()];
    this.tallies = new Map();
    this.broadcast({ instanceId: this.instanceId, at: this.epochMs(), outcomes });
  }

  private tally(aiProviderId: string, model: string): Tally {
    const key = `${aiProviderId} ${model}`;
    const known = this.tallies.get(key);
    if (known) return known;
    const made: Tally = {
      aiProviderId,
      model,
      succeeded: 0,
      failed: {},
      ttftMsSum: 0,
      durationMsSum: 0,
      retryAfterMs: 0,
    };
    this.tallies.set(key, made);
    return made;
  }
}

/** The caller's own mistakes, and models that it made up, say nothing about a provider's health. */
function tellsOfHealth({ code }: Failure): boolean {
  const { status } = FAILURES[code];
  return code.startsWith('provider.') && status !== 400 && status !== 404;
}
