import type { ConsumerOptions, RunningConsumer } from '../durable.ts';
import type { DeliveredMessage } from './delivered-message.ts';

const GIVE_WAY_MS = 5_000;
const ASK_AGAIN_MS = 250;
/** Deliveries after which a message no longer waits for those before it: by then what a dead process had in hand has come again. */
const MOST_DELIVERIES = 50;

type Status = Awaited<ReturnType<RunningConsumer['status']>>;
/** While NATS does not say. */
const UNKNOWN: Status = { pending: Number.POSITIVE_INFINITY, ackFloor: 0, lastSequence: 0 };

/**
 * Sends messages back that have to give way. They wait in the stream, so that nothing depends on this process. Instances
 * share the work, so without this the order in which messages are handled is not the order of the stream.
 */
export class GivingWay {
  /** @param status of the consumer; rejects while NATS is away */
  constructor(
    private readonly options: Pick<ConsumerOptions, 'givesWay' | 'giveWayMs'>,
    private readonly status: () => Promise<Status>,
    private readonly now: () => number,
  ) {}

  /** Answers what is to be handled now, one part after the other; the rest comes again. */
  async sortOut(
    batch: readonly DeliveredMessage[],
  ): Promise<readonly (readonly DeliveredMessage[])[]> {
    const { givesWay } = this.options;
    const waiting = givesWay ? batch.filter(givesWay) : [];
    if (waiting.length === 0) return batch.length > 0 ? [batch] : [];
    const status = await this.status().catch(() => UNKNOWN);
    // The floor stays behind where the stream holds messages that are not for this consumer.
    const isAlone = batch.length === waiting.length && status.pending <= batch.length;
    const due: DeliveredMessage[] = [];
    for (const message of waiting) {
      const waitMs = this.waitOf(message, status.ackFloor, isAlone);
      if (waitMs > 0) message.retry(waitMs);
      else due.push(message);
    }
    const others = batch.filter((message) => !waiting.includes(message));
    return [others, due].filter((part) => part.length > 0);
  }

  private waitOf(message: DeliveredMessage, floor: number, isAlone: boolean): number {
    const { giveWayMs = GIVE_WAY_MS } = this.options;
    const leftMs = message.storedAt + giveWayMs - this.now();
    // Clocks of hosts may differ: no longer than it would be by one clock.
    if (leftMs > 0) return Math.min(leftMs, giveWayMs);
    const isNext = isAlone || message.sequence <= floor + 1;
    return isNext || message.deliveries >= MOST_DELIVERIES ? 0 : ASK_AGAIN_MS;
  }
}
