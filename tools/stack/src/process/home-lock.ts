import fs from 'node:fs';
import path from 'node:path';
import { errorCode } from './error-facts.ts';
import { ProcessRecord } from './process-record.ts';

const attempts = 20;

/** Keeps two launchers out of one home: each server's data has one owner. */
export class HomeLock {
  readonly #file: string;

  private constructor(file: string) {
    this.#file = file;
  }

  /** Takes the lock, or throws if a living launcher holds it. */
  static acquire(home: string): HomeLock {
    const file = path.join(home, 'stack.lock');
    const mine = ProcessRecord.of(process.pid).text;
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      if (createWhole(file, mine)) return new HomeLock(file);
      const found = readText(file);
      const holder = found === undefined ? undefined : ProcessRecord.parse(found)?.runningPid();
      if (holder !== undefined) {
        throw new Error(`${home} is in use by the stack of process ${holder}; stop it first`);
      }
      if (found !== undefined) removeStale(file, found);
    }
    throw new Error(`${file} cannot be taken`);
  }

  release(): void {
    fs.rmSync(this.#file, { force: true });
  }
}

/** Makes the file with its content in one step, so that nobody reads it half written. */
function createWhole(file: string, text: string): boolean {
  const draft = `${file}.${process.pid}.${crypto.randomUUID()}`;
  fs.writeFileSync(draft, text, { mode: 0o600 });
  try {
    fs.linkSync(draft, file);
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  } finally {
    fs.rmSync(draft, { force: true });
  }
}

/**
 * Removes the lock of a launcher that is gone. Another start may do the same and take the lock
 * between our look and our removal: so it is moved aside first, and given back if it is not stale.
 */
function removeStale(file: string, seen: string): void {
  const aside = `${file}.${process.pid}.stale`;
  try {
    fs.renameSync(file, aside);
    if (readText(aside) !== seen) fs.linkSync(aside, file);
  } catch (error) {
    const code = errorCode(error);
    if (code !== 'ENOENT' && code !== 'EEXIST') throw error;
  } finally {
    fs.rmSync(aside, { force: true });
  }
}

function readText(file: string): string | undefined {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
