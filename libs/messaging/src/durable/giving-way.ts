import type { ConsumerOptions } from '../durable.ts';
import type { DeliveredMessage } from './delivered-message.ts';

const GIVE_WAY_MS = 5_000;
const ASK_AGAIN_MS = 250;
/** Deliveries after which a message no longer waits for those before it: longer than what a dead process had in hand is away. */
const MOST_DELIVERIES = 80;

/**
 * Sends messages back that have to give way. They wait in the stream, so that nothing depends on this process. Instances
 * share the work, so without this the order in which messages are handled is not the order of the stream.
 */
export class GivingWay {
  /** @param ackFloor up to there everything is acknowledged; rejects while NATS is away */
  constructor(
    private readonly options: Pick<ConsumerOptions, 'givesWay' | 'giveWayMs'>,
    private readonly ackFloor: () => Promise<number>,
    private readonly now: () => number,
  ) {}

  /** Answers what is to be handled now; the others come again. */
  async sortOut(batch: readonly DeliveredMessage[]): Promise<readonly DeliveredMessage[]> {
    const { givesWay } = this.options;
    const waiting = givesWay ? batch.filter(givesWay) : [];
    if (waiting.length === 0) return batch;
    const floor = await this.ackFloor().catch(() => 0);
    const early = new Map(
      waiting.map((message) => [message, this.waitOf(message, floor)] as const),
    );
    for (const [message, waitMs] of early) if (waitMs > 0) message.retry(waitMs);
    return batch.filter((message) => (early.get(message) ?? 0) <= 0);
  }

  private waitOf(message: DeliveredMessage, floor: number): number {
    const { giveWayMs = GIVE_WAY_MS } = this.options;
    const leftMs = message.storedAt + giveWayMs - this.now();
    // Clocks of hosts may differ: no longer than it would be by one clock.
    if (leftMs > 0) return Math.min(leftMs, giveWayMs);
    const isNext = message.sequence <= floor + 1;
    return isNext || message.deliveries >= MOST_DELIVERIES ? 0 : ASK_AGAIN_MS;
  }
}
