import fs from 'node:fs';
import { waitUntilGone } from './process-identity.ts';
import { ProcessRecord } from './process-record.ts';

const stopTimeoutMs = 15_000;

/**
 * Remembers the process of a part across launchers. A launcher that was killed may leave its part
 * running for a moment; the next start finds it here and stops it before it uses the same data.
 */
export class PidFile {
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  write(pid: number): void {
    fs.writeFileSync(this.#file, ProcessRecord.of(pid).text, { mode: 0o600 });
  }

  async stopLeftOver(signal: NodeJS.Signals, log: (line: string) => void): Promise<void> {
    const pid = this.#read()?.runningPid();
    if (pid === undefined) return;
    log(`stopping process ${pid} of an earlier start (${this.#file})`);
    process.kill(pid, signal);
    if (await waitUntilGone(pid, stopTimeoutMs)) return;
    process.kill(pid, 'SIGKILL');
    await waitUntilGone(pid, stopTimeoutMs);
  }

  #read(): ProcessRecord | undefined {
    try {
      return ProcessRecord.parse(fs.readFileSync(this.#file, 'utf8'));
    } catch {
      return undefined;
    }
  }
}
