import { execFile } from 'node:child_process';

export interface RunOptions {
  readonly timeoutMs: number;
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
}

/** Runs a program to its end and returns what it wrote; rejects with the end of its output. */
export function run(
  command: string,
  args: readonly string[],
  options: RunOptions,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const settings = {
      timeout: options.timeoutMs,
      maxBuffer: 16 * 1024 * 1024,
      env: options.env ?? process.env,
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    };
    execFile(command, [...args], settings, (error, stdout, stderr) => {
      if (!error) return resolve(stdout);
      const detail = error.killed ? `no answer in ${options.timeoutMs} ms` : lastLine(stderr);
      reject(new Error(`${command} ${args[0] ?? ''}: ${detail || error.message}`));
    });
  });
}

function lastLine(text: string): string {
  return text.trim().split('\n').slice(-2).join(' ').slice(0, 500);
}
