import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { errorCode } from './error-facts.ts';

/**
 * True if a process with this id lives, whoever owns it. One that has ended and that its parent has
 * not noticed counts as gone: in a container without an init process it stays listed for ever.
 */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return errorCode(error) === 'EPERM';
  }
  return process.platform !== 'linux' || statFieldsOf(pid)?.[0] !== 'Z';
}

/**
 * The command line of a process, its parts separated by spaces; undefined if it cannot be read.
 * Guards against a reused process id: in a container the same small ids come back at each start.
 */
export function commandLineOf(pid: number): string | undefined {
  try {
    if (process.platform === 'linux') {
      return fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
    }
    return execFileSync('ps', ['-ww', '-o', 'command=', '-p', String(pid)], {
      encoding: 'utf8',
    }).trim();
  } catch {
    return undefined;
  }
}

/** Ids of the living processes whose command line, or title, begins with this text. */
export function findByTitle(prefix: string): number[] {
  const list =
    process.platform === 'linux'
      ? fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name))
      : execFileSync('ps', ['-axo', 'pid='], { encoding: 'utf8' }).trim().split(/\s+/);
  return list.map(Number).filter((pid) => commandLineOf(pid)?.startsWith(prefix) && isRunning(pid));
}

/**
 * Tells one process from a later one with the same number: the moment it started, and on Linux the
 * boot it started in. In a container a launcher often gets the same small number every time.
 * Undefined if there is no such process.
 */
export function startStampOf(pid: number): string | undefined {
  try {
    if (process.platform === 'linux') {
      const startTicks = statFieldsOf(pid)?.[19];
      if (startTicks === undefined) return undefined;
      const boot = fs.readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
      return `${boot} ${startTicks}`;
    }
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim();
  } catch {
    return undefined;
  }
}

/** Resolves true once the process is gone, false if it still runs after the deadline. */
export async function waitUntilGone(pid: number, timeoutMs: number): Promise<boolean> {
  const deadline = performance.now() + timeoutMs;
  while (isRunning(pid)) {
    if (performance.now() > deadline) return false;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  return true;
}

/** The fields of /proc/<pid>/stat from the third one, the state, on. */
function statFieldsOf(pid: number): readonly string[] | undefined {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field, the program's name, may itself hold spaces and parentheses.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}
