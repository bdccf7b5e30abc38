import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { Journal } from '../journal/journal.ts';
import type { JournalRecord } from '../journal/journal-entry.ts';

/** One answer under way: writes it with pauses and back-pressure, and keeps its journal record true. */
export class Exchange {
  readonly record: JournalRecord;
  readonly #response: ServerResponse;
  readonly #journal: Journal;
  readonly #now: () => number;
  #isOpen = true;
  #wake: (() => void) | null = null;

  constructor(
    response: ServerResponse,
    record: JournalRecord,
    journal: Journal,
    now: () => number,
  ) {
    this.record = record;
    this.#response = response;
    this.#journal = journal;
    this.#now = now;
    response.once('close', () => this.#closed());
  }

  /** False once the connection is gone, whoever closed it. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Returns after the pause (0: in the next turn of the event loop), or at once when the caller leaves. */
  pause(durationMs: number): Promise<void> {
    return this.#until((wake) => {
      if (durationMs <= 0) {
        setImmediate(wake);
        return () => undefined;
      }
      const timer = setTimeout(wake, durationMs);
      return () => clearTimeout(timer);
    });
  }

  head(status: number, headers: OutgoingHttpHeaders): void {
    if (!this.#isOpen) return;
    this.record.status = status;
    this.#response.writeHead(status, headers);
  }

  /** Sends the head now, before there is any body. */
  flushHead(): void {
    if (this.#isOpen) this.#response.flushHeaders();
  }

  /** Writes, and waits while the caller is not reading. */
  write(bytes: string | Buffer): Promise<void> | void {
    if (!this.#isOpen) return;
    if (this.record.firstByteAtMs === 0) this.record.firstByteAtMs = this.#now();
    if (this.#response.write(bytes)) return;
    return this.#until((wake) => {
      this.#response.once('drain', wake);
      return () => this.#response.off('drain', wake);
    });
  }

  end(): void {
    if (this.#isOpen) this.#response.end();
  }

  /** Lets out what was written, then destroys the connection without ending the answer. */
  async cut(): Promise<void> {
    await this.pause(0);
    if (!this.#isOpen) return;
    this.#settle('cut');
    this.#response.socket?.destroySoon();
  }

  /** Leaves the connection open and silent until the caller (or a stop) closes it. */
  stall(): void {
    if (this.#isOpen) this.#journal.settle(this.record, 'stalled');
  }

  #until(arm: (wake: () => void) => () => void): Promise<void> {
    if (!this.#isOpen) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = (): void => {
        this.#wake = null;
        disarm();
        resolve();
      };
      this.#wake = wake;
      const disarm = arm(wake);
    });
  }

  #closed(): void {
    this.#isOpen = false;
    if (!this.#response.writableFinished) this.#settle('aborted');
    else this.#settle(this.record.status >= 400 ? 'failed' : 'finished');
    this.#wake?.();
  }

  #settle(outcome: 'cut' | 'aborted' | 'failed' | 'finished'): void {
    if (this.record.endedAtMs === 0) this.record.endedAtMs = this.#now();
    this.#journal.settle(this.record, outcome);
  }
}
