import { type BusLog, errorText } from '../log.ts';
import type { Batch } from './batch.ts';
import { pack } from './packing.ts';
import type { Spool } from './spool.ts';
import { SpoolDrainer } from './spool-drainer.ts';
import type { StreamPublisher } from './stream-publisher.ts';

export interface BatchCommitterParts {
  readonly publisher: StreamPublisher;
  readonly spool: Spool;
  readonly ensureStreams: () => Promise<void>;
  readonly log: BusLog;
}

/** Brings batches into the stream, or into the spool while the stream does not take them. */
export class BatchCommitter {
  /** False from the first failed publish until the drainer got through. */
  private isHealthy = true;
  private readonly drainer: SpoolDrainer;

  constructor(private readonly parts: BatchCommitterParts) {
    const onHealthy = (): void => {
      this.isHealthy = true;
    };
    this.drainer = new SpoolDrainer({ ...parts, onHealthy });
  }

  /** Drains what was left from before. */
  start(): void {
    this.drainer.kick();
  }

  /** The connection is back. */
  reconnected(): void {
    this.drainer.retryNow();
  }

  /** Resolves when the batch survives the death of this process. Rejects with `SpoolFullError` when it cannot. */
  async commit(batch: Batch): Promise<void> {
    if (this.isHealthy && (await this.publishNow(batch))) return;
    try {
      await this.parts.spool.append(batch);
    } catch (thrown) {
      this.parts.log.error({ error: errorText(thrown) }, 'an event could not be spooled');
      if (!(await this.publishNow(batch))) throw thrown;
    }
    this.drainer.kick();
  }

  async close(): Promise<void> {
    await this.drainer.stop();
    await this.parts.spool.close();
  }

  private async publishNow(batch: Batch): Promise<boolean> {
    const { payload, headers } = pack(batch.payload);
    const outcome = await this.parts.publisher.publish(batch.subject, payload, batch.id, headers);
    if (outcome.kind === 'stored') return true;
    if (this.isHealthy) this.parts.log.warn({ outcome }, 'events go to the spool');
    this.isHealthy = false;
    return false;
  }
}
