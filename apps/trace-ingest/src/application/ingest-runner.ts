import { setTimeout as sleep } from 'node:timers/promises';
import { holdsStandIn, RECORD_STREAM, requestFinished } from '@tollgate/contracts';
import type { DurableConsumers, RunningConsumer } from '@tollgate/messaging';
import type { Progress } from '../domain/lag-clock.ts';
import type { Ingest } from './ingest.ts';
import type { RecordStore } from './ports.ts';

/** The place of this service in the stream, shared by its instances. */
export const INGEST_DURABLE = 'trace-ingest';
/** What a process that died had in hand goes to another after that. Longer than the server works on an insert. */
export const INGEST_ACK_WAIT_MS = 10_000;

const MOST_MESSAGES = 10_000;
const MOST_BYTES = 16 * 1024 * 1024;
const FIRST_RETRY_MS = 250;
const LONGEST_RETRY_MS = 5_000;

export interface RunnerParts {
  readonly store: RecordStore;
  readonly consumers: DurableConsumers;
  readonly ingest: Ingest;
  readonly flushMs: number;
  readonly onRetry: (failure: unknown) => void;
}

/** Gets the store ready and consumes; tries again in the background for as long as that takes. */
export class IngestRunner {
  private consumer: RunningConsumer | undefined;
  private readonly stopping = new AbortController();
  private loop: Promise<void> | undefined;

  constructor(private readonly parts: RunnerParts) {}

  /** Resolves after the first attempt, whether it worked or not. */
  start(): Promise<void> {
    return new Promise((resolve) => {
      this.loop = this.run(resolve);
    });
  }

  isConsuming(): boolean {
    return this.consumer !== undefined;
  }

  /** Undefined before the start and while NATS does not answer. */
  async progress(): Promise<Progress | undefined> {
    return this.consumer?.status().catch(() => undefined);
  }

  /** Ends the batch in hand, or gives it back. */
  async stop(): Promise<void> {
    this.stopping.abort();
    this.parts.ingest.stop();
    await this.loop;
    await this.consumer?.stop();
    this.consumer = undefined;
  }

  private async run(firstAttemptMade: () => void): Promise<void> {
    let pauseMs = FIRST_RETRY_MS;
    while (!this.stopping.signal.aborted) {
      try {
        this.consumer = await this.attempt();
        return firstAttemptMade();
      } catch (failure) {
        this.parts.onRetry(failure);
      }
      firstAttemptMade();
      await sleep(pauseMs, undefined, { signal: this.stopping.signal }).catch(() => undefined);
      pauseMs = Math.min(pauseMs * 2, LONGEST_RETRY_MS);
    }
    firstAttemptMade();
  }

  private async attempt(): Promise<RunningConsumer> {
    const { store, ingest, consumers, flushMs } = this.parts;
    await store.prepare();
    await ingest.recall();
    return consumers.consume({
      message: requestFinished,
      stream: RECORD_STREAM,
      durable: INGEST_DURABLE,
      maxMessages: MOST_MESSAGES,
      maxBytes: MOST_BYTES,
      maxWaitMs: flushMs,
      ackWaitMs: INGEST_ACK_WAIT_MS,
      givesWay: holdsStandIn,
      handle: (batch) => ingest.handle(batch),
    });
  }
}
