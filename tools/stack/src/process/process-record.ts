import { isRunning, startStampOf } from './process-identity.ts';

/** A process as a file remembers it: its number and the moment it started. */
export class ProcessRecord {
  readonly #pid: number;
  readonly #stamp: string;

  private constructor(pid: number, stamp: string) {
    this.#pid = pid;
    this.#stamp = stamp;
  }

  static of(pid: number): ProcessRecord {
    return new ProcessRecord(pid, startStampOf(pid) ?? '');
  }

  /** Undefined for a text that no record wrote. */
  static parse(text: string): ProcessRecord | undefined {
    const [first = '', stamp = ''] = text.split('\n');
    const pid = Number(first);
    return Number.isInteger(pid) && pid > 0 ? new ProcessRecord(pid, stamp) : undefined;
  }

  get text(): string {
    return `${this.#pid}\n${this.#stamp}\n`;
  }

  /** The process's number while it lives; undefined once it is gone, or if the number is reused. */
  runningPid(): number | undefined {
    if (!isRunning(this.#pid)) return undefined;
    return startStampOf(this.#pid) === this.#stamp ? this.#pid : undefined;
  }
}
