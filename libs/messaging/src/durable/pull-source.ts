import type { Subscription } from '@nats-io/transport-node';
import type { BusLog } from '../log.ts';
import type { Link, LinkMessage } from '../nats/link.ts';
import { DeliveredMessage } from './delivered-message.ts';

export interface PullOptions {
  readonly stream: string;
  readonly durable: string;
  readonly maxMessages: number;
  readonly maxBytes: number;
  readonly maxWaitMs: number;
  /** Subject of this source's own inbox. */
  readonly inbox: string;
  /** Sees that the consumer is there; called when the server says that it is not. */
  readonly ensure: () => Promise<void>;
  readonly log: BusLog;
}

const PULL_MS = 10_000;
const PULL_SLACK_MS = 2_000;
const RETRY_MS = 500;
/** A message may be 1 MiB; a pull with a smaller limit would never get it. */
const LEAST_PULL_BYTES = 1024 * 1024;
/** Messages are packed on the wire; in memory they take about this many times the room. */
const UNPACKED_RATIO = 8;

/**
 * Pulls messages of one consumer into a buffer of at most one pull, and hands them out in batches. A batch closes when
 * it has enough messages or bytes, or some time after its first message arrived.
 */
export class PullSource {
  private buffer: DeliveredMessage[] = [];
  private bufferedBytes = 0;
  /** Messages that the pull under way may still bring; 0 when there is none. */
  private outstanding = 0;
  private pullTimer: NodeJS.Timeout | undefined;
  private batchTimer: NodeJS.Timeout | undefined;
  private isDue = false;
  private isStopped = false;
  private wake: (() => void) | undefined;
  private readonly subscription: Subscription;

  constructor(
    private readonly link: Link,
    private readonly options: PullOptions,
  ) {
    this.subscription = link.subscribe(options.inbox, (message) => this.receive(message));
  }

  /** The next batch; an empty one when the source was stopped. */
  async next(): Promise<readonly DeliveredMessage[]> {
    while (!this.isStopped && !this.isBatchReady()) {
      this.pull();
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
    return this.isStopped ? [] : this.takeBatch();
  }

  /** What was pulled and not handed out yet. */
  waiting(): readonly DeliveredMessage[] {
    return this.buffer;
  }

  /** The connection is back: what was asked for before is forgotten by the server. */
  reconnected(): void {
    this.endPull();
    this.wakeUp();
  }

  /** Gives back what is buffered, for others. */
  stop(): void {
    this.isStopped = true;
    this.endPull();
    clearTimeout(this.batchTimer);
    for (const message of this.buffer) message.retry(0);
    this.buffer = [];
    this.subscription.unsubscribe();
    this.wakeUp();
  }

  private isBatchReady(): boolean {
    const { maxMessages, maxBytes } = this.options;
    if (this.buffer.length === 0) return false;
    return this.isDue || this.buffer.length >= maxMessages || this.bufferedBytes >= maxBytes;
  }

  private takeBatch(): readonly DeliveredMessage[] {
    const { maxMessages, maxBytes } = this.options;
    let bytes = 0;
    let count = 0;
    for (const message of this.buffer) {
      if (count === maxMessages || (count > 0 && bytes + message.bytes.length > maxBytes)) break;
      bytes += message.bytes.length;
      count++;
    }
    const batch = this.buffer.splice(0, count);
    this.bufferedBytes -= bytes;
    this.isDue = false;
    clearTimeout(this.batchTimer);
    this.batchTimer = undefined;
    if (this.buffer.length > 0) this.startBatchTimer();
    return batch;
  }

  private pull(): void {
    if (this.outstanding > 0 || this.isStopped || this.pullTimer !== undefined) return;
    const room = this.options.maxMessages - this.buffer.length;
    if (room <= 0 || !this.link.isConnected()) return;
    const { stream, durable, maxBytes, inbox } = this.options;
    this.outstanding = room;
    const body = {
      batch: room,
      max_bytes: Math.max(Math.floor(maxBytes / UNPACKED_RATIO), LEAST_PULL_BYTES),
      expires: PULL_MS * 1_000_000,
    };
    const subject = `$JS.API.CONSUMER.MSG.NEXT.${stream}.${durable}`;
    this.link.publish(subject, Buffer.from(JSON.stringify(body)), inbox);
    // The server says when a pull is over. If it does not, this does.
    this.pullAgainIn(PULL_MS + PULL_SLACK_MS);
  }

  private receive(message: LinkMessage): void {
    if (this.isStopped) return;
    const delivered = DeliveredMessage.of(this.link, message);
    if (delivered === undefined) return this.takeStatus(message);
    this.buffer.push(delivered);
    this.bufferedBytes += delivered.bytes.length;
    if (--this.outstanding <= 0) this.endPull();
    if (this.batchTimer === undefined) this.startBatchTimer();
    if (this.isBatchReady()) this.wakeUp();
  }

  private takeStatus(message: LinkMessage): void {
    const code = message.headers?.code ?? 0;
    if (code === 100) return;
    this.endPull();
    // 404: nothing there; 408: the pull expired; 409 with bytes: as much as was asked for.
    const text = message.headers?.description ?? '';
    if (code === 404 || code === 408 || /maxbytes|batch completed/i.test(text)) {
      return this.wakeUp();
    }
    this.options.log.warn({ code, text, durable: this.options.durable }, 'a pull was refused');
    this.options.ensure().catch((thrown: unknown) => {
      this.options.log.warn({ error: String(thrown) }, 'a consumer is not there yet');
    });
    this.pullAgainIn(RETRY_MS);
  }

  private startBatchTimer(): void {
    this.batchTimer = setTimeout(() => {
      this.isDue = true;
      this.wakeUp();
    }, this.options.maxWaitMs);
  }

  private pullAgainIn(ms: number): void {
    clearTimeout(this.pullTimer);
    this.pullTimer = setTimeout(() => {
      this.endPull();
      this.wakeUp();
    }, ms);
  }

  private endPull(): void {
    this.outstanding = 0;
    clearTimeout(this.pullTimer);
    this.pullTimer = undefined;
  }

  private wakeUp(): void {
    const { wake } = this;
    this.wake = undefined;
    wake?.();
  }
}
