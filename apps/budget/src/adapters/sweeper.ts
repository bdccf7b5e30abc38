export interface SweeperOptions<Swept> {
  readonly sweeps: { sweep(): Promise<Swept> };
  readonly everyMs: number;
  readonly onSwept: (swept: Swept) => void;
  readonly onError: (error: unknown) => void;
}

/** Sweeps now and then, one sweep at a time. */
export class Sweeper<Swept> {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();
  private isStopped = false;

  constructor(private readonly options: SweeperOptions<Swept>) {}

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
