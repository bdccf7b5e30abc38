import { readdirSync, readFileSync } from 'node:fs';

/** Ticks of /proc/<pid>/stat a second: 100 on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

/** Processor time so far of the processes and all that descend from them, milliseconds. Linux only. */
export function cpuMs(pids: readonly number[]): number {
  const ticks = withDescendants(pids).reduce((sum, pid) => sum + ticksOf(pid), 0);
  return (ticks * 1000) / TICKS_PER_SECOND;
}

/** Peak resident memory, added up, MiB. */
export function peakMemoryMiB(pids: readonly number[]): number {
  const kib = withDescendants(pids).reduce((sum, pid) => sum + statusKib(pid, 'VmHWM'), 0);
  return kib / 1024;
}

/** Memory of its own right now (shared pages left out), added up, MiB. */
export function memoryMiB(pids: readonly number[]): number {
  return withDescendants(pids).reduce((sum, pid) => sum + statusKib(pid, 'RssAnon'), 0) / 1024;
}

function withDescendants(pids: readonly number[]): readonly number[] {
  const children = new Map<number, number[]>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const parent = Number(statFields(Number(name))[1]);
    if (!Number.isNaN(parent))
      children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
  }
  const found = new Set<number>();
  const visit = (pid: number): void => {
    if (found.has(pid)) return;
    found.add(pid);
    for (const child of children.get(pid) ?? []) visit(child);
  };
  for (const pid of pids) visit(pid);
  return [...found];
}

/** Own time and that of children that have ended. */
function ticksOf(pid: number): number {
  const fields = statFields(pid);
  return [11, 12, 13, 14].reduce((sum, index) => sum + (Number(fields[index]) || 0), 0);
}

/** The fields after the command's name: state first, then the parent. */
function statFields(pid: number): readonly string[] {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return [];
  }
}

function statusKib(pid: number, field: 'VmHWM' | 'RssAnon'): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'latin1');
    return Number(new RegExp(`${field}:\\s+(\\d+)`).exec(status)?.[1] ?? 0);
  } catch {
    return 0;
  }
}
