import { readdirSync, readFileSync } from 'node:fs';

/** Sends the signal to a process and to its children: a server that works in child processes stops only as a whole. Linux only. */
export function signalTree(pid: number, signal: NodeJS.Signals): void {
  if (pid <= 1) throw new RangeError(`there is no process ${pid} to signal`);
  for (const one of [pid, ...childrenOf(pid)]) {
    try {
      process.kill(one, signal);
    } catch {
      // It has ended meanwhile.
    }
  }
}

function childrenOf(parent: number): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => parentOf(pid) === parent);
}

function parentOf(pid: number): number | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return undefined;
  }
}
