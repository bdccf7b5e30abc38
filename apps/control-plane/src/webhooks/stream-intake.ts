import type { ConsumerOptions, DurableConsumers, RunningConsumer } from '@tollgate/messaging';

/** A place in a stream that is read only while somebody wants to know. */
export class StreamIntake {
  private running: RunningConsumer | undefined;

  constructor(
    private readonly consumers: DurableConsumers,
    private readonly options: ConsumerOptions,
  ) {}

  /** Throws while NATS is away; to be asked again. */
  async follow(isWanted: boolean): Promise<void> {
    if (isWanted) this.running ??= await this.consumers.consume(this.options);
    else await this.stop();
  }

  /** Ends the batch in hand. */
  async stop(): Promise<void> {
    const { running } = this;
    this.running = undefined;
    await running?.stop();
  }
}
