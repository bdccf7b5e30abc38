import { type ChildProcess, fork, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import path from 'node:path';
import type { Load, LoadResult } from './load.ts';

const NODE_FLAGS = ['--conditions=@tollgate/source', '--disable-warning=ExperimentalWarning'];

export interface RunningChild {
  readonly pid: number;
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts one of our scripts that prints `{"url": …}` when it listens. */
export async function startScript(script: string, args: readonly string[]): Promise<RunningChild> {
  const child = spawn(process.execPath, [...NODE_FLAGS, script, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const url = await new Promise<string>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`${path.basename(script)} ended (${code})`)));
    if (!child.stdout) return reject(new Error('no standard output'));
    createInterface({ input: child.stdout }).on('line', (line) => {
      const match = /"url":\s*"([^"]+)"/.exec(line);
      if (match?.[1]) resolve(match[1]);
    });
  });
  return { pid: child.pid ?? 0, url, stop: () => stopChild(child) };
}

/** Ends the child and waits until it is gone. */
export function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.kill('SIGTERM');
    setTimeout(() => child.kill('SIGKILL'), 10_000).unref();
  });
}

/** The client, in a process of its own. */
export class LoadGenerator {
  private readonly child: ChildProcess;

  constructor() {
    this.child = fork(path.join(import.meta.dirname, 'load-worker.ts'), [], {
      execArgv: NODE_FLAGS,
    });
  }

  run(load: Load): Promise<LoadResult> {
    return new Promise((resolve, reject) => {
      this.child.once(
        'message',
        (message: { readonly result?: LoadResult; readonly error?: string }) => {
          if (message.result) resolve(message.result);
          else reject(new Error(message.error ?? 'the client failed'));
        },
      );
      this.child.send(load);
    });
  }

  stop(): Promise<void> {
    return stopChild(this.child);
  }
}
