import { type FileHandle, mkdir, open, readFile, rename, stat, unlink } from 'node:fs/promises';
import path from 'node:path';
import { SpoolFullError } from '../durable.ts';
import { type BusLog, errorText } from '../log.ts';
import type { Batch } from './batch.ts';
import { claimLeftovers } from './claim-leftovers.ts';
import { errorCode } from './error-code.ts';
import { hostName, ownersHere, TOUCH_MS, writeSpoolName } from './spool-owner.ts';
import { decodeSpoolRecords, encodeSpoolRecord } from './spool-record.ts';

export interface SpoolOptions {
  readonly folder: string;
  readonly instanceId: string;
  /** The most that this process spools, bytes. */
  readonly maxBytes: number;
  readonly log: BusLog;
}

/** A whole file of the spool, to be published and then removed. */
export interface SpoolSegment {
  readonly file: string;
  readonly batches: readonly Batch[];
}

interface OpenSegment {
  readonly file: string;
  readonly handle: FileHandle;
  readonly inode: number;
  bytes: number;
}

const SEGMENT_BYTES = 4 * 1024 * 1024;

/**
 * Batches on local disk while JetStream cannot take them. Written without fsync: what is here survives the death of the
 * process, not of the machine's power, which is also what JetStream promises by default.
 */
export class Spool {
  private current: OpenSegment | undefined;
  /** Whole files, oldest first, with their sizes where they are this process's own. */
  private readonly closed: { file: string; bytes: number }[] = [];
  private usedBytes = 0;
  private counter = 0;
  private turn: Promise<unknown> = Promise.resolve();
  private toucher: NodeJS.Timeout | undefined;

  constructor(private readonly options: SpoolOptions) {
    ownersHere.add(options.instanceId);
  }

  /** Makes the folder. Throws when that is impossible: better at the start than at the first outage. */
  async prepare(): Promise<void> {
    await mkdir(this.options.folder, { recursive: true, mode: 0o700 });
  }

  /** Resolves when the batch is written. Rejects with `SpoolFullError`. */
  append(batch: Batch): Promise<void> {
    return this.inTurn(async () => {
      const record = encodeSpoolRecord(batch);
      if (this.usedBytes + record.length > this.options.maxBytes)
        throw new SpoolFullError(`the spool holds its ${this.options.maxBytes} bytes`);
      try {
        // A file that vanished was taken over by a process that took this one for dead.
        while (!(await this.write(record)));
      } catch (thrown) {
        throw new SpoolFullError(`the spool cannot be written: ${errorText(thrown)}`, {
          cause: thrown,
        });
      }
    });
  }

  /** The oldest batches, those of dead processes included; undefined when there are none. */
  next(): Promise<SpoolSegment | undefined> {
    return this.inTurn(async () => {
      const { folder, instanceId, log } = this.options;
      const claimed = await claimLeftovers(folder, instanceId, () => this.fileName('closed'));
      if (claimed.length > 0) log.info({ files: claimed.length }, 'took over spooled events');
      for (const file of claimed) this.closed.push({ file, bytes: 0 });
      if (this.closed.length === 0) await this.rotate();
      const [oldest] = this.closed;
      return oldest && (await this.read(oldest.file));
    });
  }

  /** Removes a segment whose batches are all stored. */
  done(segment: SpoolSegment): Promise<void> {
    return this.inTurn(() => this.forget(segment.file));
  }

  /** Path of a new file that this process writes, outside the spool's own count. */
  readonly newFile = (): string => this.fileName('open');

  async close(): Promise<void> {
    await this.inTurn(() => this.rotate());
    ownersHere.remove(this.options.instanceId);
  }

  private async read(file: string): Promise<SpoolSegment> {
    const bytes = await readFile(file).catch((thrown: unknown) => {
      if (isMissing(thrown)) return Buffer.alloc(0);
      throw thrown;
    });
    const { batches, tornBytes } = decodeSpoolRecords(bytes);
    if (tornBytes > 0)
      this.options.log.warn({ file, tornBytes }, 'a spool file ends in a torn record');
    return { file, batches };
  }

  /** False when the file was taken away meanwhile. */
  private async write(record: Buffer): Promise<boolean> {
    const segment = this.current ?? (await this.start());
    try {
      await segment.handle.appendFile(record);
    } catch (thrown) {
      await segment.handle.truncate(segment.bytes).catch(() => undefined);
      throw thrown;
    }
    const there = await stat(segment.file).catch(() => undefined);
    if (there?.ino !== segment.inode) {
      this.usedBytes -= segment.bytes;
      await this.stopWriting();
      return false;
    }
    segment.bytes += record.length;
    this.usedBytes += record.length;
    if (segment.bytes >= SEGMENT_BYTES) await this.rotate();
    return true;
  }

  private async start(): Promise<OpenSegment> {
    const file = this.fileName('open');
    const handle = await open(file, 'a', 0o600);
    this.current = { file, handle, inode: (await handle.stat()).ino, bytes: 0 };
    this.toucher = setInterval(() => {
      const now = new Date();
      handle.utimes(now, now).catch(() => undefined);
    }, TOUCH_MS);
    this.toucher.unref();
    return this.current;
  }

  private async rotate(): Promise<void> {
    const segment = this.current;
    if (segment === undefined) return;
    await this.stopWriting();
    const file = segment.file.replace(/open$/, 'closed');
    try {
      await rename(segment.file, file);
      this.closed.push({ file, bytes: segment.bytes });
    } catch (thrown) {
      if (!isMissing(thrown)) throw thrown;
      this.usedBytes -= segment.bytes;
    }
  }

  private async stopWriting(): Promise<void> {
    clearInterval(this.toucher);
    await this.current?.handle.close();
    this.current = undefined;
  }

  private async forget(file: string): Promise<void> {
    const at = this.closed.findIndex((one) => one.file === file);
    const [gone] = at < 0 ? [] : this.closed.splice(at, 1);
    this.usedBytes -= gone?.bytes ?? 0;
    await unlink(file).catch((thrown: unknown) => {
      if (!isMissing(thrown)) throw thrown;
    });
  }

  private fileName(state: 'open' | 'closed'): string {
    const { folder, instanceId } = this.options;
    const owner = { instance: instanceId, host: hostName(), pid: process.pid };
    return path.join(folder, writeSpoolName({ ...owner, number: this.counter++, state }));
  }

  /** One file operation at a time. */
  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.turn.then(work);
    this.turn = mine.catch(() => undefined);
    return mine;
  }
}

function isMissing(thrown: unknown): boolean {
  return errorCode(thrown) === 'ENOENT';
}
