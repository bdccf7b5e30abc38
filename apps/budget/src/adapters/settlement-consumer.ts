import { holdsStandIn, RECORD_STREAM, requestFinished } from '@tollgate/contracts';
import type { DurableConsumers, RunningConsumer } from '@tollgate/messaging';
import type { SettleRecords } from '../application/settle-records.ts';
import type { SettlementProgress } from '../application/sweep-grants.ts';

const MIB = 1024 * 1024;

/** Reads the record stream for settlement, and knows how far it is. */
export class SettlementConsumer {
  private running: RunningConsumer | undefined;
  private lastSeen = 0;
  /** Messages not acknowledged when last asked. */
  unsettled = 0;

  constructor(
    private readonly consumers: DurableConsumers,
    private readonly settle: SettleRecords,
  ) {}

  async start(): Promise<void> {
    this.running = await this.consumers.consume({
      message: requestFinished,
      stream: RECORD_STREAM,
      durable: 'budget-settlement',
      maxMessages: 500,
      maxBytes: 8 * MIB,
      maxWaitMs: 100,
      ackWaitMs: 10_000,
      givesWay: holdsStandIn,
      handle: (batch) => this.settle.handle(batch),
    });
  }

  /** Throws while NATS is away. */
  async progress(): Promise<SettlementProgress> {
    if (!this.running) throw new Error('the consumer is not running');
    const { pending, ackFloor, lastSequence } = await this.running.status();
    this.unsettled = pending;
    // With nothing pending, all that was in the stream at the last look is settled.
    const floor = pending === 0 ? Math.max(ackFloor, this.lastSeen) : ackFloor;
    this.lastSeen = lastSequence;
    return { lastSequence, ackFloor: floor };
  }

  async stop(): Promise<void> {
    await this.running?.stop();
  }
}
