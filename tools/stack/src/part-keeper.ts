import type { RunningPart } from './part.ts';
import type { ManagedProcess } from './process/managed-process.ts';
import type { StackPart } from './stack-options.ts';

interface KeptPart {
  readonly part: RunningPart;
  process: ManagedProcess;
  /** Set while we end the process ourselves, so that its end is not reported. */
  isStopping: boolean;
  /** Restarts and the final stop of one part happen one after the other. */
  work: Promise<void>;
}

/** Holds the running parts: restarts and stops them, and reports the ones that die. */
export class PartKeeper {
  readonly #parts = new Map<StackPart, KeptPart>();
  #isClosed = false;
  readonly #onExit: ((part: StackPart, code: number | null) => void) | undefined;

  constructor(onExit: ((part: StackPart, code: number | null) => void) | undefined) {
    this.#onExit = onExit;
  }

  add(name: StackPart, part: RunningPart): void {
    const kept: KeptPart = {
      part,
      process: part.process,
      isStopping: false,
      work: Promise.resolve(),
    };
    this.#parts.set(name, kept);
    this.#follow(name, kept);
  }

  urlOf(name: StackPart): string {
    return this.#parts.get(name)?.part.url ?? '';
  }

  pids(): Partial<Record<StackPart, number>> {
    const alive = [...this.#parts].filter(([, kept]) => kept.process.isAlive);
    return Object.fromEntries(alive.map(([name, kept]) => [name, kept.process.pid]));
  }

  kill(name: StackPart, signal: NodeJS.Signals): void {
    this.#get(name).process.signal(signal);
  }

  restart(name: StackPart): Promise<void> {
    const kept = this.#get(name);
    return enqueue(kept, async () => {
      if (this.#isClosed) throw new Error('The stack has been stopped');
      await this.#stop(kept);
      kept.process = await kept.part.launch();
      kept.isStopping = false;
      this.#follow(name, kept);
    });
  }

  async stopAll(): Promise<void> {
    this.#isClosed = true;
    const parts = [...this.#parts.values()];
    await Promise.all(parts.map((kept) => enqueue(kept, () => this.#stopForGood(kept))));
  }

  async #stop(kept: KeptPart): Promise<void> {
    kept.isStopping = true;
    await kept.process.stop();
  }

  async #stopForGood(kept: KeptPart): Promise<void> {
    await this.#stop(kept);
    await kept.part.clear?.();
  }

  #follow(name: StackPart, kept: KeptPart): void {
    const followed = kept.process;
    followed.exited.then((code) => {
      if (!kept.isStopping) this.#onExit?.(name, code);
    });
  }

  #get(name: StackPart): KeptPart {
    const kept = this.#parts.get(name);
    if (!kept) throw new Error(`${name} is not part of this stack`);
    return kept;
  }
}

/** Runs the step once earlier ones of the part are done, failed ones included. */
function enqueue(kept: KeptPart, step: () => Promise<void>): Promise<void> {
  const done = kept.work.then(step);
  kept.work = done.catch(() => undefined);
  return done;
}
