import type { ConsumerOptions, Disposition } from '../durable.ts';
import { type BusLog, errorText } from '../log.ts';
import type { DeadLetters } from './dead-letters.ts';
import type { DeliveredMessage } from './delivered-message.ts';
import { THROWS_BEFORE_SINGLES, ThrowCounts, waitAfterThrows } from './throw-counts.ts';

const DEAD_LETTER_RETRY_MS = 5_000;

/** Hands batches to the handler and settles every message of them. */
export class BatchHandling {
  private readonly throws = new ThrowCounts();

  constructor(
    private readonly options: ConsumerOptions,
    private readonly deadLetters: DeadLetters,
    private readonly log: BusLog,
  ) {}

  /** Never rejects. Messages that were in batches that threw again and again are handed out one at a time. */
  async handle(batch: readonly DeliveredMessage[]): Promise<void> {
    const suspects = batch.filter((one) => this.isSuspect(one));
    const others = batch.filter((one) => !this.isSuspect(one));
    if (others.length > 0) await this.handleTogether(others);
    for (const suspect of suspects) await this.handleTogether([suspect]);
  }

  private isSuspect(message: DeliveredMessage): boolean {
    return this.throws.of(message.sequence) >= THROWS_BEFORE_SINGLES;
  }

  private async handleTogether(batch: readonly DeliveredMessage[]): Promise<void> {
    try {
      const dispositions = await this.options.handle(batch);
      if (dispositions.length !== batch.length)
        throw new Error(`${dispositions.length} dispositions for ${batch.length} messages`);
      await Promise.all(batch.map((message, i) => this.settle(message, dispositions[i])));
    } catch (thrown) {
      await this.afterThrow(batch, thrown);
    }
  }

  private async settle(message: DeliveredMessage, what: Disposition | undefined): Promise<void> {
    this.throws.succeeded(message.sequence);
    if (what === undefined || what.kind === 'done') message.done();
    else if (what.kind === 'retry') message.retry(what.afterMs);
    else await this.park(message, what.reason, what.lines ?? message.lines);
  }

  private async afterThrow(batch: readonly DeliveredMessage[], thrown: unknown): Promise<void> {
    const { durable } = this.options;
    const error = errorText(thrown);
    this.log.error({ durable, messages: batch.length, error }, 'a consumer threw');
    for (const message of batch) {
      const count = this.throws.raise(message.sequence);
      if (batch.length === 1 && this.throws.isPoison(message.sequence)) {
        this.throws.forget(message.sequence);
        await this.park(message, `the consumer threw ${count} times: ${error}`, message.lines);
      } else message.retry(waitAfterThrows(count));
    }
  }

  private async park(
    message: DeliveredMessage,
    reason: string,
    lines: readonly string[],
  ): Promise<void> {
    const { durable, stream } = this.options;
    if (await this.deadLetters.park({ message, durable, stream, reason, lines })) message.drop();
    else message.retry(DEAD_LETTER_RETRY_MS);
  }
}
