import type { SweepCounts, SweepGrants } from '../application/sweep-grants.ts';

export interface SweeperOptions {
  readonly sweeps: SweepGrants;
  readonly everyMs: number;
  readonly onSwept: (counts: SweepCounts) => void;
  readonly onError: (error: unknown) => void;
}

/** Sweeps now and then, one sweep at a time. */
export class Sweeper {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();
  private isStopped = false;

  constructor(private readonly options: SweeperOptions) {}

  start(): void {
    if (this.isStopped) return;
    this.timer = setTimeout(() => {
      this.running = this.sweep().then(() => this.start());
    }, this.options.everyMs);
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    clearTimeout(this.timer);
    await this.running;
    clearTimeout(this.timer);
  }

  private async sweep(): Promise<void> {
    try {
      this.options.onSwept(await this.options.sweeps.sweep());
    } catch (error) {
      this.options.onError(error);
    }
  }
}
