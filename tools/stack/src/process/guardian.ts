import { type ChildProcess, spawn } from 'node:child_process';

/**
 * Reads lists of process ids, each line replacing the last one. When the pipe closes, whoever is
 * still on the list is asked to stop, and ended by force 10 s later.
 */
const script = `
while read -r line; do pids="$line"; done
[ -z "$pids" ] && exit 0
for entry in $pids; do kill -s "\${entry%%:*}" "\${entry##*:}" 2>/dev/null; done
tries=100
while [ $tries -gt 0 ]; do
  alive=
  for entry in $pids; do kill -0 "\${entry##*:}" 2>/dev/null && alive=yes; done
  [ -z "$alive" ] && exit 0
  tries=$((tries - 1))
  sleep 0.1
done
for entry in $pids; do kill -s KILL "\${entry##*:}" 2>/dev/null; done
`;

/** A process to stop, and the signal that asks it to, as a shell's `kill` names it. */
export interface Guarded {
  readonly pid: number;
  readonly signal: 'INT' | 'TERM';
}

/**
 * Stops the parts of a stack when its launcher dies without stopping them, `kill -9` included: a
 * shell of about 1 MB holds the other end of a pipe that closes with the launcher.
 */
export class Guardian {
  readonly #shell: ChildProcess;
  readonly #guarded = new Map<number, Guarded>();

  constructor() {
    this.#shell = spawn('/bin/sh', ['-c', script], {
      stdio: ['pipe', 'ignore', 'ignore'],
      cwd: '/',
      // Out of the launcher's process group, or Ctrl-C would end it too.
      detached: true,
    });
    this.#shell.stdin?.on('error', () => undefined);
    this.#shell.on('error', () => undefined);
    this.#shell.unref();
  }

  /** Adds one process to the list of those to stop if the launcher dies. */
  add(guarded: Guarded): void {
    this.#guarded.set(guarded.pid, guarded);
    this.#send();
  }

  /** Takes a process off the list, because it has ended. */
  remove(pid: number): void {
    this.#guarded.delete(pid);
    this.#send();
  }

  /** Replaces the whole list. */
  watch(processes: readonly Guarded[]): void {
    this.#guarded.clear();
    for (const guarded of processes) this.#guarded.set(guarded.pid, guarded);
    this.#send();
  }

  /** Ends the guard; nothing is stopped any more. */
  release(): void {
    this.#guarded.clear();
    this.#send();
    this.#shell.stdin?.end();
  }

  #send(): void {
    const list = [...this.#guarded.values()].map(({ pid, signal }) => `${signal}:${pid}`);
    if (this.#shell.stdin?.writable) this.#shell.stdin.write(`${list.join(' ')}\n`);
  }
}
