import { setTimeout as wait } from 'node:timers/promises';
import { type BusLog, errorText } from '../log.ts';
import { type Batch, REPLAY_HEADER } from './batch.ts';
import { pack } from './packing.ts';
import type { Spool, SpoolSegment } from './spool.ts';
import type { PublishOutcome, StreamPublisher } from './stream-publisher.ts';

export interface DrainerParts {
  readonly publisher: StreamPublisher;
  readonly spool: Spool;
  /** Makes the streams when the server has none. */
  readonly ensureStreams: () => Promise<void>;
  /** The streams take messages again. */
  readonly onHealthy: () => void;
  readonly log: BusLog;
}

const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 5_000;
const LOOK_AROUND_MS = 30_000;
const IN_FLIGHT = 16;
const REPLAYED = { [REPLAY_HEADER]: '1' };

/** Publishes what was spooled, oldest first, as soon as the streams take it again. */
export class SpoolDrainer {
  private running: Promise<void> | undefined;
  private isWanted = false;
  private readonly stopping = new AbortController();
  private sleeping: AbortController | undefined;
  private readonly lookAround: NodeJS.Timeout;

  constructor(private readonly parts: DrainerParts) {
    // Processes die at any time; somebody has to find what they left.
    this.lookAround = setInterval(() => this.kick(), LOOK_AROUND_MS);
    this.lookAround.unref();
  }

  /** There may be something to drain. */
  kick(): void {
    this.isWanted = true;
    if (this.running !== undefined || this.isStopping()) return;
    this.running = this.run().finally(() => {
      this.running = undefined;
      if (this.isWanted) this.kick();
    });
  }

  /** The connection is back: no use in waiting longer. */
  retryNow(): void {
    this.sleeping?.abort();
    this.kick();
  }

  async stop(): Promise<void> {
    clearInterval(this.lookAround);
    this.stopping.abort();
    this.sleeping?.abort();
    await this.running;
  }

  private async run(): Promise<void> {
    let waitMs = FIRST_WAIT_MS;
    while (!this.isStopping()) {
      this.isWanted = false;
      const outcome = await this.drainOne();
      if (outcome === 'empty') return;
      if (outcome === 'drained') {
        waitMs = FIRST_WAIT_MS;
        continue;
      }
      await this.sleep(waitMs);
      waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS);
    }
  }

  private async drainOne(): Promise<'empty' | 'drained' | 'stuck'> {
    const { publisher, spool, onHealthy, log } = this.parts;
    if (!publisher.isConnected()) return 'stuck';
    try {
      const segment = await spool.next();
      if (segment === undefined) {
        onHealthy();
        return 'empty';
      }
      if (!(await this.publishAll(segment))) return 'stuck';
      await spool.done(segment);
      return 'drained';
    } catch (thrown) {
      log.error({ error: errorText(thrown) }, 'the spool could not be drained');
      return 'stuck';
    }
  }

  /** Again and again until the whole segment is stored; false when that has to wait. */
  private async publishAll(segment: SpoolSegment): Promise<boolean> {
    for (let at = 0; at < segment.batches.length; at += IN_FLIGHT) {
      const some = segment.batches.slice(at, at + IN_FLIGHT);
      const outcomes = await Promise.all(some.map((one) => this.publish(one)));
      const problem = outcomes.find((outcome) => outcome.kind !== 'stored');
      if (problem !== undefined) {
        await this.explain(problem);
        return false;
      }
      this.parts.onHealthy();
    }
    return true;
  }

  private publish(batch: Batch): Promise<PublishOutcome> {
    const { payload, headers } = pack(batch.payload);
    return this.parts.publisher.publish(batch.subject, payload, batch.id, {
      ...headers,
      ...REPLAYED,
    });
  }

  private async explain(problem: PublishOutcome): Promise<void> {
    const { log, ensureStreams } = this.parts;
    log.warn({ problem }, 'spooled events cannot be published yet');
    if (problem.kind !== 'missing') return;
    await ensureStreams().catch((thrown: unknown) => {
      log.warn({ error: errorText(thrown) }, 'the streams are not there yet');
    });
  }

  private isStopping(): boolean {
    return this.stopping.signal.aborted;
  }

  private async sleep(ms: number): Promise<void> {
    this.sleeping = new AbortController();
    await wait(ms, undefined, { signal: this.sleeping.signal, ref: false }).catch(() => undefined);
    this.sleeping = undefined;
  }
}
