import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { Guardian } from './guardian.ts';
import type { PidFile } from './pid-file.ts';

/** How to run one server and how to tell that it serves. */
export interface ProcessSpec {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** Run as this user; root only. */
  readonly user?: { readonly uid: number; readonly gid: number };
  /** Asks the server to end in good order. */
  readonly stopSignal: 'SIGINT' | 'SIGTERM';
  /** Recognises the line of output that says the server is ready. */
  readonly isReady: (line: string) => boolean;
  readonly readyTimeoutMs: number;
  readonly onLine?: (line: string) => void;
  /** How long it may take to end in good order before it is ended by force. Default: 15 s. */
  readonly stopGraceMs?: number;
  /** Stops the process if the launcher dies, from the moment it is spawned. */
  readonly guardian?: Guardian;
  /** Remembers the process for later launchers. */
  readonly pidFile?: PidFile;
}

/** The server ended before it was ready; `output` holds its last lines. */
export class StartFailure extends Error {
  override readonly name = 'StartFailure';
  readonly output: string;

  constructor(message: string, output: string) {
    super(`${message}${output === '' ? '' : `\n${output}`}`);
    this.output = output;
  }
}

const keptLines = 40;
const usualStopGraceMs = 15_000;

/** One server process: started when ready, stopped when gone. */
export class ManagedProcess {
  readonly #spec: ProcessSpec;
  readonly #child: ChildProcess;
  readonly #lastLines: string[] = [];
  /** Resolves with the exit code, or null if a signal ended the process. */
  readonly exited: Promise<number | null>;
  #hasExited = false;

  private constructor(spec: ProcessSpec, child: ChildProcess) {
    this.#spec = spec;
    this.#child = child;
    this.exited = new Promise((resolve) => {
      child.once('exit', (code) => {
        this.#hasExited = true;
        resolve(code);
      });
      // A process that could not be spawned never exits; an error of a later kill is not its end.
      child.on('error', () => {
        if (child.pid === undefined) resolve(null);
      });
    });
  }

  /** Spawns the server and waits until it is ready. Rejects with {@link StartFailure}. */
  static async start(spec: ProcessSpec): Promise<ManagedProcess> {
    const child = spawn(spec.command, [...spec.args], {
      env: spec.env ?? process.env,
      cwd: spec.cwd ?? '/',
      ...(spec.user ? { uid: spec.user.uid, gid: spec.user.gid } : {}),
      stdio: ['ignore', 'pipe', 'pipe'],
      // A session of its own: Ctrl-C reaches the launcher alone, which then stops the parts in order.
      detached: true,
    });
    const managed = new ManagedProcess(spec, child);
    managed.#register();
    await managed.#untilReady();
    return managed;
  }

  get pid(): number {
    return this.#child.pid ?? -1;
  }

  get isAlive(): boolean {
    return !this.#hasExited && this.#child.pid !== undefined;
  }

  signal(signal: NodeJS.Signals): void {
    if (this.isAlive) this.#child.kill(signal);
  }

  /** Asks the server to end, and ends it by force if it has not within its grace period. */
  async stop(): Promise<void> {
    if (!this.isAlive) return;
    this.signal(this.#spec.stopSignal);
    const force = setTimeout(
      () => this.signal('SIGKILL'),
      this.#spec.stopGraceMs ?? usualStopGraceMs,
    );
    try {
      await this.exited;
    } finally {
      clearTimeout(force);
    }
  }

  #register(): void {
    const { pid } = this.#child;
    if (pid === undefined) return;
    const { guardian, pidFile, stopSignal } = this.#spec;
    guardian?.add({ pid, signal: stopSignal === 'SIGINT' ? 'INT' : 'TERM' });
    pidFile?.write(pid);
    this.#child.once('exit', () => guardian?.remove(pid));
  }

  async #untilReady(): Promise<void> {
    const { name, readyTimeoutMs } = this.#spec;
    let timer: NodeJS.Timeout | undefined;
    let spawnError: Error | undefined;
    this.#child.once('error', (error) => {
      spawnError = error;
    });
    const outcome = await Promise.race([
      new Promise<'ready'>((resolve) => this.#readOutput(() => resolve('ready'))),
      this.exited.then((code) => ({ code })),
      new Promise<'late'>((resolve) => {
        timer = setTimeout(() => resolve('late'), readyTimeoutMs);
      }),
    ]);
    clearTimeout(timer);
    if (outcome === 'ready') return;
    if (outcome === 'late') {
      this.signal('SIGKILL');
      await this.exited;
      throw this.#failure(`${name} was not ready after ${readyTimeoutMs} ms`);
    }
    throw this.#failure(
      spawnError
        ? `${name} could not be run: ${spawnError.message}`
        : `${name} ended (${outcome.code})`,
    );
  }

  #readOutput(onReady: () => void): void {
    const streams = [this.#child.stdout, this.#child.stderr];
    for (const stream of streams) if (stream) this.#readLines(stream, onReady);
  }

  #readLines(stream: Readable, onReady: () => void): void {
    createInterface({ input: stream }).on('line', (line) => {
      this.#lastLines.push(line);
      if (this.#lastLines.length > keptLines) this.#lastLines.shift();
      this.#spec.onLine?.(line);
      if (this.#spec.isReady(line)) onReady();
    });
  }

  #failure(message: string): StartFailure {
    return new StartFailure(message, this.#lastLines.join('\n'));
  }
}
