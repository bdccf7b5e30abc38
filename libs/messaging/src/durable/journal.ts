import { closeSync, futimesSync, openSync, renameSync, unlinkSync, writeSync } from 'node:fs';
import { type BusLog, errorText } from '../log.ts';
import type { Batch } from './batch.ts';
import { TOUCH_MS } from './spool-owner.ts';
import { encodeSpoolRecord } from './spool-record.ts';

/** A file of the journal, from its first record until all of its records are stored elsewhere. */
interface JournalFile {
  readonly path: string;
  readonly descriptor: number;
  bytes: number;
  /** Records that are not stored elsewhere yet. */
  held: number;
}

/** Names the file that holds a record. */
export type JournalPlace = JournalFile;

const FILE_BYTES = 4 * 1024 * 1024;

/**
 * Events on local disk between the moment that somebody is told they are safe and the moment that JetStream has them. Written
 * at once and without fsync: a few microseconds into the page cache, which outlives the process but not the machine's power.
 * Files are named like the spool's, so that what a dead process leaves is found and drained the same way.
 */
export class Journal {
  private current: JournalFile | undefined;
  private readonly toucher: NodeJS.Timeout;

  constructor(
    private readonly newFile: () => string,
    private readonly log: BusLog,
  ) {
    // A file that nobody touches for a minute counts as left behind.
    this.toucher = setInterval(() => this.touch(), TOUCH_MS);
    this.toucher.unref();
  }

  /** Writes the batch. Throws what the file system throws; nothing of the batch counts as written then. */
  write(batch: Batch): JournalPlace {
    const record = encodeSpoolRecord(batch);
    const file = this.current ?? this.open();
    this.current = file;
    let written = 0;
    try {
      while (written < record.length) written += writeSync(file.descriptor, record, written);
    } catch (thrown) {
      // A torn record hides what comes after it: go on in another file.
      this.leave(file);
      throw thrown;
    }
    file.bytes += record.length;
    file.held++;
    if (file.bytes >= FILE_BYTES) this.leave(file);
    return file;
  }

  /** The records are stored elsewhere. A file is removed with its last one. */
  release(places: readonly JournalPlace[]): void {
    for (const file of places) {
      file.held--;
      if (file.held === 0 && file !== this.current) this.remove(file);
    }
  }

  /** Whatever is still held stays on disk for others to drain. */
  close(): void {
    clearInterval(this.toucher);
    const file = this.current;
    if (file === undefined) return;
    this.current = undefined;
    if (file.held === 0) return this.remove(file);
    closeSync(file.descriptor);
    renameSync(file.path, file.path.replace(/open$/, 'closed'));
  }

  private open(): JournalFile {
    const path = this.newFile();
    return { path, descriptor: openSync(path, 'a', 0o600), bytes: 0, held: 0 };
  }

  /** No more is written to the file. */
  private leave(file: JournalFile): void {
    this.current = undefined;
    if (file.held === 0) this.remove(file);
  }

  private remove(file: JournalFile): void {
    closeSync(file.descriptor);
    try {
      unlinkSync(file.path);
    } catch (thrown) {
      this.log.warn({ error: errorText(thrown) }, 'a file of the journal could not be removed');
    }
  }

  /** An idle file is removed, one in use is kept from looking left behind. */
  private touch(): void {
    const file = this.current;
    if (file === undefined) return;
    if (file.held === 0) return this.leave(file);
    const now = new Date();
    try {
      futimesSync(file.descriptor, now, now);
    } catch (thrown) {
      this.log.warn({ error: errorText(thrown) }, 'a file of the journal could not be touched');
    }
  }
}
