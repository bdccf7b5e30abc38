import { createHash } from 'node:crypto';
import { type ClickHouseFailure, toFailure } from '@tollgate/clickhouse';
import type { Disposition, DurableMessage } from '@tollgate/messaging';
import { explainLine } from '../domain/explain-line.ts';
import { type BatchPlan, planBatch } from '../domain/plan-batch.ts';
import { RecentIds } from '../domain/recent-ids.ts';
import type { RecordLine } from '../domain/record-line.ts';
import { type DeadLine, dispose } from '../domain/dispose.ts';
import { HoldUp, StallWatch } from './hold-up.ts';
import type { IngestObserver, RecordStore } from './ports.ts';

/** Ids of about that many requests are remembered; some 8 MB. */
const RECENT_IDS = 131_072;
const RETRY_AFTER_MS = 250;
const LINES_A_TURN = 100;

export interface IngestParts {
  readonly store: RecordStore;
  readonly observer: IngestObserver;
  /** After that without a sign of life the messages in hand go to somebody else; milliseconds. */
  readonly ackWaitMs: number;
}

/** The batch in hand is given up: it will be delivered again. */
class GivenUp extends Error {}

/**
 * Stores batches of records, each once. While the store is away the batch in hand is kept and tried again as it is, so
 * that an insert whose answer was lost is recognised by its token; nothing is acknowledged meanwhile.
 */
export class Ingest {
  private readonly recent = new RecentIds(RECENT_IDS);
  private highestSequence = 0;
  private readonly stopping = new AbortController();
  private readonly stalls: StallWatch;

  constructor(private readonly parts: IngestParts) {
    // Signs of life go out at half of the time.
    this.stalls = new StallWatch(parts.ackWaitMs / 2);
  }

  /** Learns what is stored, so that nothing is stored twice after a restart. */
  async recall(): Promise<void> {
    const lately = await this.parts.store.storedLately(RECENT_IDS / 2);
    for (const id of lately.ids) this.recent.add(id);
    this.highestSequence = Math.max(this.highestSequence, lately.highestSequence);
  }

  /** From now on a batch that cannot be stored at once is given back. */
  stop(): void {
    this.stopping.abort();
    this.stalls.stop();
  }

  /** Never throws for what the store does. */
  async handle(batch: readonly DurableMessage[]): Promise<readonly Disposition[]> {
    const hold = new HoldUp(this.stopping.signal, this.stalls);
    const plan = planBatch(batch, {
      isStored: (id) => this.recent.has(id),
      highestSequence: this.highestSequence,
    });
    const dead: DeadLine[] = plan.unreadable.map(({ message, text }) => ({
      message,
      text,
      reason: explainLine(text) ?? 'has no usable id',
    }));
    try {
      const rows = await this.withoutStored(plan, hold);
      dead.push(...(await this.store(rows, hold)));
    } catch (thrown) {
      if (thrown instanceof GivenUp)
        return batch.map(() => ({ kind: 'retry', afterMs: RETRY_AFTER_MS }));
      throw thrown;
    }
    for (const { sequence } of batch)
      if (sequence > this.highestSequence) this.highestSequence = sequence;
    if (dead.length > 0) this.parts.observer.dead(dead.length);
    return dispose(batch.length, dead);
  }

  private async withoutStored(plan: BatchPlan, hold: HoldUp): Promise<readonly RecordLine[]> {
    const { observer, store } = this.parts;
    if (plan.repeats > 0) observer.repeated(plan.repeats);
    if (plan.suspects.length === 0) return plan.rows;
    const stored = await this.patiently(() => store.findStored(plan.suspects), hold);
    if (stored instanceof Error) throw stored;
    if (stored.size === 0) return plan.rows;
    for (const id of stored) this.recent.add(id);
    observer.repeated(stored.size);
    return plan.rows.filter((row) => !stored.has(row.id));
  }

  /** Stores the rows, and answers those that the store will never take. */
  private async store(rows: readonly RecordLine[], hold: HoldUp): Promise<readonly DeadLine[]> {
    if (rows.length === 0) return [];
    const token = tokenOf(rows);
    const startedAt = performance.now();
    const refusal = await this.patiently(() => this.parts.store.insert(rows, token), hold);
    if (refusal === undefined) {
      for (const row of rows) this.recent.add(row.id);
      this.parts.observer.stored(rows, (performance.now() - startedAt) / 1_000);
      return [];
    }
    const [only] = rows;
    if (rows.length === 1 && only) {
      const { message, text } = only;
      return [{ message, text, reason: explainLine(text) ?? `was refused (${refusal.code})` }];
    }
    return this.storeWithoutBad(rows, hold);
  }

  /** First by what a record must be; what the store still refuses is narrowed down by halves. */
  private async storeWithoutBad(
    rows: readonly RecordLine[],
    hold: HoldUp,
  ): Promise<readonly DeadLine[]> {
    const good: RecordLine[] = [];
    const dead: DeadLine[] = [];
    for (const [i, row] of rows.entries()) {
      const reason = explainLine(row.text);
      if (reason === undefined) good.push(row);
      else dead.push({ message: row.message, text: row.text, reason });
      // Checking is slow: others get their turn.
      if (i % LINES_A_TURN === 0) await new Promise(setImmediate);
    }
    if (dead.length > 0) return [...dead, ...(await this.store(good, hold))];
    const middle = Math.ceil(good.length / 2);
    return [
      ...(await this.store(good.slice(0, middle), hold)),
      ...(await this.store(good.slice(middle), hold)),
    ];
  }

  /** Tries until it works. Answers the failure where the data is at fault. */
  private async patiently<T>(work: () => Promise<T>, hold: HoldUp): Promise<T | ClickHouseFailure> {
    for (;;) {
      if (!hold.isOurs()) throw new GivenUp();
      try {
        return await work();
      } catch (thrown) {
        const failure = toFailure(thrown);
        if (failure.kind === 'bad_data') return failure;
        this.parts.observer.held(failure);
        if (failure.kind === 'rejected') await this.parts.store.prepare().catch(() => undefined);
        if (!(await hold.pause())) throw new GivenUp();
      }
    }
  }
}

/** The same for the same rows, whoever inserts them. */
function tokenOf(rows: readonly RecordLine[]): string {
  const hash = createHash('sha256');
  hash.update(rows.map((row) => `${row.sequence} ${row.id}`).join('\n'));
  return hash.digest('base64url');
}
