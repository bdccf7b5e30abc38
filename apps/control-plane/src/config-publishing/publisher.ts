import type { ConfigWriter } from '@tollgate/messaging';
import type { Logger } from '@tollgate/telemetry';
import type { DataSource } from 'typeorm';
import { isBucketCurrent, publishedRevision, publishOutbox, reconcile } from './publish-outbox.ts';

/** Finds what other instances left behind, and tries again after a failure. */
const POLL_MS = 1_000;
const CHECK_BUCKET_MS = 30_000;

interface Waiter {
  readonly revision: number;
  readonly resolve: (published: boolean) => void;
}

/** Brings outbox rows to the config bucket: at once when woken, by polling otherwise. While NATS or Postgres is away, rows wait. */
export class Publisher {
  private readonly waiters = new Set<Waiter>();
  private readonly timer: NodeJS.Timeout;
  private working: Promise<void> | undefined;
  private wokenAgain = false;
  private stopped = false;
  private mustReconcile = true;
  private checkedAt = 0;
  private failing = false;

  constructor(
    private readonly dataSource: DataSource,
    private readonly writer: ConfigWriter,
    private readonly log: Logger,
    private readonly now: () => number = Date.now,
  ) {
    this.timer = setInterval(() => this.wake(), POLL_MS);
    this.timer.unref();
  }

  /** Whether the last attempt went well, and the bucket holds what it should. */
  isHealthy(): boolean {
    return !this.failing && !this.mustReconcile;
  }

  /** Publishes soon. Several calls while work is going on come to one more round. */
  wake(): void {
    if (this.stopped) return;
    if (this.working) {
      this.wokenAgain = true;
      return;
    }
    this.working = this.work().finally(() => {
      this.working = undefined;
      if (this.wokenAgain) {
        this.wokenAgain = false;
        this.wake();
      }
    });
  }

  /** Wakes the publisher and waits. Answers whether the revision was published within that time. */
  published(revision: number, timeoutMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const waiter: Waiter = {
        revision,
        resolve: (published) => {
          clearTimeout(timeout);
          this.waiters.delete(waiter);
          resolve(published);
        },
      };
      const timeout = setTimeout(() => waiter.resolve(false), timeoutMs);
      this.waiters.add(waiter);
      this.wake();
    });
  }

  /** Finishes the round in hand. */
  async stop(): Promise<void> {
    this.stopped = true;
    clearInterval(this.timer);
    await this.working;
    for (const waiter of this.waiters) waiter.resolve(false);
  }

  private async work(): Promise<void> {
    try {
      await this.checkBucket();
      while (!this.stopped && (await this.publishBatch()) > 0);
      this.answerWaiters(await publishedRevision(this.dataSource.manager));
      this.failing = false;
    } catch (error) {
      if (!this.failing) this.log.warn({ err: error }, 'config could not be published; trying on');
      this.failing = true;
    }
  }

  private publishBatch(): Promise<number> {
    return this.dataSource.transaction((manager) => publishOutbox(manager, this.writer, this.log));
  }

  private async checkBucket(): Promise<void> {
    const isDue = this.now() - this.checkedAt >= CHECK_BUCKET_MS;
    if (!this.mustReconcile && !isDue) return;
    await this.dataSource.transaction(async (manager) => {
      if (!this.mustReconcile && (await isBucketCurrent(manager, this.writer))) return;
      this.mustReconcile = true;
      const differing = await reconcile(manager, this.writer, this.log);
      this.log.info({ differing }, 'config bucket reconciled');
    });
    this.mustReconcile = false;
    this.checkedAt = this.now();
  }

  private answerWaiters(upTo: number): void {
    for (const waiter of [...this.waiters]) if (waiter.revision <= upTo) waiter.resolve(true);
  }
}
