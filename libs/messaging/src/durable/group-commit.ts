import type { EventMessage } from '@tollgate/contracts';
import { type DurablePublisher, SpoolFullError } from '../durable.ts';
import { type Batch, BATCH_BYTES, LINE_BYTES } from './batch.ts';
import type { BatchCommitter } from './batch-committer.ts';

export interface GroupCommitParts {
  readonly committer: BatchCommitter;
  readonly batchId: () => string;
}

interface Waiting {
  readonly subject: string;
  readonly json: string;
  readonly bytes: number;
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}

const MOST_WAITING_BYTES = 64 * 1024 * 1024;

/** Confirms an event when the stream has it. One publish is in flight; what is given meanwhile goes together with the next. */
export class GroupCommit implements DurablePublisher {
  private queue: Waiting[] = [];
  private queuedBytes = 0;
  private isBusy = false;
  private idle: (() => void)[] = [];

  constructor(private readonly parts: GroupCommitParts) {}

  publish(message: EventMessage<unknown>, json: string): Promise<void> {
    const bytes = Buffer.byteLength(json) + 1;
    if (bytes > LINE_BYTES)
      return Promise.reject(new RangeError(`an event of ${bytes} bytes is too large`));
    if (this.queuedBytes + bytes > MOST_WAITING_BYTES)
      return Promise.reject(new SpoolFullError('too many events wait to be published'));
    this.queuedBytes += bytes;
    return new Promise((resolve, reject) => {
      this.queue.push({ subject: message.subject, json, bytes, resolve, reject });
      if (this.isBusy) return;
      this.isBusy = true;
      setImmediate(() => void this.run());
    });
  }

  async flush(): Promise<void> {
    if (this.isBusy) await new Promise<void>((resolve) => this.idle.push(resolve));
  }

  async close(): Promise<void> {
    await this.flush();
  }

  private async run(): Promise<void> {
    while (this.queue.length > 0) {
      const group = this.takeGroup();
      try {
        await this.parts.committer.commit(this.batchOf(group));
        for (const one of group) one.resolve();
      } catch (thrown) {
        for (const one of group) one.reject(thrown);
      }
    }
    this.isBusy = false;
    const idle = this.idle;
    this.idle = [];
    for (const wake of idle) wake();
  }

  /** As many events of one subject, in order, as fit into a message. */
  private takeGroup(): Waiting[] {
    const subject = this.queue[0]?.subject;
    let bytes = 0;
    let count = 0;
    for (const one of this.queue) {
      if (one.subject !== subject || (count > 0 && bytes + one.bytes > BATCH_BYTES)) break;
      bytes += one.bytes;
      count++;
    }
    this.queuedBytes -= bytes;
    return this.queue.splice(0, count);
  }

  private batchOf(group: readonly Waiting[]): Batch {
    return {
      id: this.parts.batchId(),
      subject: group[0]?.subject ?? '',
      payload: Buffer.from(group.map((one) => one.json).join('\n')),
    };
  }
}
