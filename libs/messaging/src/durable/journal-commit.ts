import { setTimeout as wait } from 'node:timers/promises';
import type { EventMessage } from '@tollgate/contracts';
import { type DurablePublisher, SpoolFullError } from '../durable.ts';
import { type BusLog, errorText } from '../log.ts';
import { BATCH_BYTES, LINE_BYTES } from './batch.ts';
import type { BatchCommitter } from './batch-committer.ts';
import type { Journal, JournalPlace } from './journal.ts';

export interface JournalCommitParts {
  readonly committer: BatchCommitter;
  readonly journal: Journal;
  readonly batchId: () => string;
  readonly log: BusLog;
}

interface Waiting {
  readonly subject: string;
  readonly json: string;
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}

/** What stands in the journal and not yet in the stream. */
interface Unshipped {
  readonly id: string;
  readonly subject: string;
  readonly payload: Buffer;
  readonly place: JournalPlace;
}

const MOST_UNSHIPPED_BYTES = 64 * 1024 * 1024;
/** How long events gather before they go to the stream together. */
const GATHER_MS = 20;
const RETRY_MS = 500;
const LINE_BREAK = Buffer.from('\n');

/**
 * Confirms an event when it is in the journal, and brings it to the stream a moment later together with others: callers do not
 * wait for NATS, and NATS, ledger and store see few large messages instead of many small ones.
 */
export class JournalCommit implements DurablePublisher {
  private waiting: Waiting[] = [];
  private unshipped: Unshipped[] = [];
  private unshippedBytes = 0;
  private shipping: Promise<void> | undefined;
  private gathering: NodeJS.Timeout | undefined;
  private readonly stopping = new AbortController();

  constructor(private readonly parts: JournalCommitParts) {}

  publish(message: EventMessage<unknown>, json: string): Promise<void> {
    if (json.length > LINE_BYTES / 3 && Buffer.byteLength(json) >= LINE_BYTES)
      return Promise.reject(new RangeError(`an event of ${json.length} characters is too large`));
    if (this.unshippedBytes > MOST_UNSHIPPED_BYTES)
      return Promise.reject(new SpoolFullError('too many events wait for the stream'));
    return new Promise((resolve, reject) => {
      this.waiting.push({ subject: message.subject, json, resolve, reject });
      if (this.waiting.length === 1) setImmediate(this.write);
    });
  }

  async flush(): Promise<void> {
    this.write();
    while (this.unshipped.length > 0 || this.shipping !== undefined) {
      this.shipNow();
      await this.shipping;
    }
  }

  async close(): Promise<void> {
    this.stopping.abort();
    await this.flush();
    clearTimeout(this.gathering);
    this.parts.journal.close();
  }

  /** All that was given in this turn of the event loop becomes one record for each subject. */
  private readonly write = (): void => {
    const { waiting } = this;
    this.waiting = [];
    for (let from = 0; from < waiting.length; ) {
      const group = groupFrom(waiting, from);
      from += group.length;
      this.writeGroup(group);
    }
    if (this.unshippedBytes >= BATCH_BYTES) this.shipNow();
    else if (this.unshipped.length > 0 && this.shipping === undefined)
      this.gathering ??= setTimeout(this.shipNow, GATHER_MS);
  };

  private writeGroup(group: readonly Waiting[]): void {
    const subject = group[0]?.subject ?? '';
    const payload = Buffer.from(group.map((one) => one.json).join('\n'));
    const id = this.parts.batchId();
    try {
      const place = this.parts.journal.write({ id, subject, payload });
      this.unshipped.push({ id, subject, payload, place });
      this.unshippedBytes += payload.length;
      for (const one of group) one.resolve();
    } catch (thrown) {
      this.parts.log.error({ error: errorText(thrown) }, 'the journal cannot be written');
      this.commitUnwritten(group, { id, subject, payload });
    }
  }

  /** Without a journal, the stream itself must confirm. */
  private commitUnwritten(
    group: readonly Waiting[],
    batch: Pick<Unshipped, 'id' | 'subject' | 'payload'>,
  ): void {
    this.parts.committer.commit(batch).then(
      () => group.forEach((one) => one.resolve()),
      (thrown: unknown) => group.forEach((one) => one.reject(thrown)),
    );
  }

  private readonly shipNow = (): void => {
    clearTimeout(this.gathering);
    this.gathering = undefined;
    this.shipping ??= this.ship().finally(() => {
      this.shipping = undefined;
    });
  };

  /** One message is in flight; what is written meanwhile goes with the next. */
  private async ship(): Promise<void> {
    while (this.unshipped.length > 0) {
      const group = this.takeGroup();
      const [first] = group;
      if (first === undefined) return;
      const batch = { id: first.id, subject: first.subject, payload: join(group) };
      await this.commitUntilSafe(batch);
      this.parts.journal.release(group.map((one) => one.place));
      if (this.unshippedBytes < BATCH_BYTES && !this.stopping.signal.aborted)
        await wait(GATHER_MS, undefined, { signal: this.stopping.signal }).catch(() => undefined);
    }
  }

  /** The events are in the journal: nothing is lost by waiting, and the bound on what waits pushes back. */
  private async commitUntilSafe(
    batch: Pick<Unshipped, 'id' | 'subject' | 'payload'>,
  ): Promise<void> {
    for (;;) {
      try {
        return await this.parts.committer.commit(batch);
      } catch (thrown) {
        this.parts.log.warn({ error: errorText(thrown) }, 'events wait in the journal');
        if (this.stopping.signal.aborted) return;
        await wait(RETRY_MS, undefined, { signal: this.stopping.signal }).catch(() => undefined);
      }
    }
  }

  private takeGroup(): readonly Unshipped[] {
    const subject = this.unshipped[0]?.subject;
    let bytes = 0;
    let count = 0;
    for (const one of this.unshipped) {
      if (one.subject !== subject || (count > 0 && bytes + one.payload.length + 1 > BATCH_BYTES))
        break;
      bytes += one.payload.length + 1;
      count++;
    }
    const group = this.unshipped.splice(0, count);
    for (const one of group) this.unshippedBytes -= one.payload.length;
    return group;
  }
}

/** As many events of one subject, in order, as fit into a message. */
function groupFrom(waiting: readonly Waiting[], from: number): readonly Waiting[] {
  const subject = waiting[from]?.subject;
  let characters = 0;
  let to = from;
  for (; to < waiting.length; to++) {
    const one = waiting[to];
    if (one === undefined || one.subject !== subject) break;
    characters += one.json.length + 1;
    // A character takes three bytes at most.
    if (to > from && characters * 3 > BATCH_BYTES) break;
  }
  return waiting.slice(from, to);
}

function join(group: readonly Unshipped[]): Buffer {
  const [first] = group;
  if (first !== undefined && group.length === 1) return first.payload;
  return Buffer.concat(
    group.flatMap((one, index) => (index === 0 ? [one.payload] : [LINE_BREAK, one.payload])),
  );
}
