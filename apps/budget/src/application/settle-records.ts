import type { Disposition, DurableMessage } from '@tollgate/messaging';
import { readRecord } from '../domain/read-record.ts';
import type { SettlementRow } from '../domain/settlement-row.ts';
import { type Ledger, LedgerRejectedError, LedgerUnavailableError } from './ledger.ts';

/** A message of the record stream, as settling reads it. */
type Records = Pick<DurableMessage, 'lines' | 'sequence'>;

export interface SettleOptions {
  readonly ledger: Ledger;
  readonly now: () => number;
  /** Something was booked: others may fit now. */
  readonly onBooked: () => void;
  readonly onCount: (counts: SettleCounts) => void;
  readonly onError: (error: unknown) => void;
  /** Waits, and so keeps the consumer from fetching more; ends early when the service stops. */
  readonly pause: (ms: number) => Promise<void>;
}

export interface SettleCounts {
  readonly booked: number;
  /** Known before: delivered twice, or recorded twice. */
  readonly duplicates: number;
  readonly dead: number;
}

/** A message, its good rows, and the lines that cannot be settled. */
interface Sorted {
  readonly rows: readonly SettlementRow[];
  readonly lines: readonly string[];
  readonly bad: { readonly line: string; readonly reason: string }[];
}

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 5_000;
const MOST_ROWS = 5_000;

/** Books the record stream, batch by batch. Nothing is acknowledged before it is booked. */
export class SettleRecords {
  private pauseMs = FIRST_PAUSE_MS;

  constructor(private readonly options: SettleOptions) {}

  /** Dispositions in the order of the messages. */
  async handle(batch: readonly Records[]): Promise<readonly Disposition[]> {
    const sorted = batch.map(sortLines);
    const readable = sorted.reduce((sum, message) => sum + message.rows.length, 0);
    const unreadable = countBad(sorted);
    try {
      let booked = 0;
      for (const part of inParts(sorted)) booked += await this.book(part);
      this.pauseMs = FIRST_PAUSE_MS;
      const spent = spentWindows(sorted);
      // Booked first: what the requests before it used counts for whether the budget has run out.
      if (spent.length > 0) await this.options.ledger.raiseSpent(spent);
      const dead = countBad(sorted);
      this.options.onCount({ booked, duplicates: readable - booked - (dead - unreadable), dead });
      if (booked > 0) this.options.onBooked();
      return sorted.map(dispositionOf);
    } catch (error) {
      if (!(error instanceof LedgerUnavailableError)) throw error;
      // The database is away. What was booked already is known when it is delivered again.
      this.options.onError(error);
      const afterMs = this.pauseMs;
      this.pauseMs = Math.min(this.pauseMs * 2, LONGEST_PAUSE_MS);
      await this.options.pause(afterMs);
      return batch.map(() => ({ kind: 'retry', afterMs }));
    }
  }

  /** All in one transaction; where the ledger rejects it, by halves, until the row that it will not hold stands alone. */
  private async book(part: readonly Sorted[]): Promise<number> {
    const rows = part.flatMap((message) => message.rows);
    if (rows.length === 0) return 0;
    try {
      return await this.options.ledger.settle(rows, this.options.now());
    } catch (error) {
      if (!(error instanceof LedgerRejectedError)) throw error;
      this.options.onError(error);
    }
    let booked = 0;
    for (const message of part) booked += await this.bookAlone(message, message.rows);
    return booked;
  }

  private async bookAlone(message: Sorted, rows: readonly SettlementRow[]): Promise<number> {
    try {
      return rows.length === 0 ? 0 : await this.options.ledger.settle(rows, this.options.now());
    } catch (error) {
      if (!(error instanceof LedgerRejectedError)) throw error;
      const [only] = rows;
      if (only && rows.length === 1) {
        const line = message.lines.find((text) => text.includes(JSON.stringify(only.requestId)));
        message.bad.push({ line: line ?? '', reason: error.message });
        return 0;
      }
      const middle = Math.ceil(rows.length / 2);
      const first = await this.bookAlone(message, rows.slice(0, middle));
      return first + (await this.bookAlone(message, rows.slice(middle)));
    }
  }
}

function sortLines(message: Records): Sorted {
  const rows: SettlementRow[] = [];
  const bad: { line: string; reason: string }[] = [];
  for (const line of message.lines) {
    const read = readRecord(line, message.sequence);
    if ('reason' in read) bad.push({ line, reason: read.reason });
    else rows.push(read);
  }
  return { rows, lines: message.lines, bad };
}

function spentWindows(sorted: readonly Sorted[]): readonly string[] {
  const ids = sorted.flatMap(({ rows }) => rows.map(({ spentWindowId }) => spentWindowId));
  return [...new Set(ids.filter((id) => id !== null))].sort();
}

function countBad(sorted: readonly Sorted[]): number {
  return sorted.reduce((sum, message) => sum + message.bad.length, 0);
}

/** Transactions of a bounded size, a message whole in one of them. */
function* inParts(sorted: readonly Sorted[]): Generator<readonly Sorted[]> {
  let part: Sorted[] = [];
  let rows = 0;
  for (const message of sorted) {
    if (rows > 0 && rows + message.rows.length > MOST_ROWS) {
      yield part;
      part = [];
      rows = 0;
    }
    part.push(message);
    rows += message.rows.length;
  }
  if (part.length > 0) yield part;
}

function dispositionOf(message: Sorted): Disposition {
  const [first] = message.bad;
  if (!first) return { kind: 'done' };
  return { kind: 'dead', reason: first.reason, lines: message.bad.map((bad) => bad.line) };
}
