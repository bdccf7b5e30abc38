import os from 'node:os';
import { errorCode } from './error-code.ts';

/**
 * Spool files carry their owner in their name: `<instance>@<host>@<pid>-<number>.<state>`. A file `open` is written by
 * its owner alone; a file `closed` is whole, and belongs to whoever renames it first.
 */
export interface SpoolFileName {
  readonly instance: string;
  readonly host: string;
  readonly pid: number;
  readonly number: number;
  readonly state: 'open' | 'closed';
}

const NAME = /^([a-z0-9_]+)@([A-Za-z0-9.-]+)@(\d+)-(\d+)\.(open|closed)$/;

export function writeSpoolName(name: SpoolFileName): string {
  const number = String(name.number).padStart(8, '0');
  return `${name.instance}@${name.host}@${name.pid}-${number}.${name.state}`;
}

export function readSpoolName(text: string): SpoolFileName | undefined {
  const match = NAME.exec(text);
  if (match === null) return undefined;
  const [, instance = '', host = '', pid, number, state] = match;
  return {
    instance,
    host,
    pid: Number(pid),
    number: Number(number),
    state: state === 'open' ? 'open' : 'closed',
  };
}

/** Hosts may be named anything; file names may not. */
export function hostName(): string {
  return os.hostname().replaceAll(/[^A-Za-z0-9.-]/g, '-') || 'localhost';
}

/** Owners touch their open file at least this often. */
export const TOUCH_MS = 10_000;
const STALE_MS = 60_000;

const aliveHere = new Set<string>();

/** Spools of this process, so that two of them in one process do not take each other for dead. */
export const ownersHere = {
  add: (instance: string): void => void aliveHere.add(instance),
  remove: (instance: string): void => void aliveHere.delete(instance),
};

/** Whether the process that writes an open file is gone. @param touchedAt the file's modification time, milliseconds */
export function isOwnerGone(name: SpoolFileName, touchedAt: number, now: number): boolean {
  if (name.host === hostName() && name.pid === process.pid) return !aliveHere.has(name.instance);
  if (name.host === hostName() && !processExists(name.pid)) return true;
  return now - touchedAt > STALE_MS;
}

function processExists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (thrown) {
    return errorCode(thrown) !== 'ESRCH';
  }
}
