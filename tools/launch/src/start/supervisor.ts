import { createWriteStream, mkdirSync } from 'node:fs';
import path from 'node:path';
import { Guardian, ManagedProcess, type ProcessSpec } from '@tollgate/stack';

/** A process of ours: what to run, with which settings. */
export interface Program {
  readonly name: string;
  readonly script: string;
  readonly nodeOptions?: readonly string[];
  readonly args?: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Reads what the ready line says; null for any other line. */
  readonly readReady: (line: string) => Readonly<Record<string, string>> | null;
}

export interface SupervisorOptions {
  readonly home: string;
  readonly cwd: string;
  readonly log: (line: string) => void;
  /** A process was started again under a new pid. */
  readonly onChange: () => void;
}

interface Kept {
  readonly program: Program;
  process: ManagedProcess;
  facts: Readonly<Record<string, string>>;
  isStopping: boolean;
}

const READY_TIMEOUT_MS = 60_000;
const STOP_GRACE_MS = 45_000;
const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 5_000;

/** Keeps our processes running: one that dies is started again, with a growing pause while it keeps failing. */
export class Supervisor {
  private readonly kept = new Map<string, Kept>();
  private readonly guardian = new Guardian();
  private readonly options: SupervisorOptions;
  private isStopping = false;

  constructor(options: SupervisorOptions) {
    this.options = options;
    mkdirSync(path.join(options.home, 'logs'), { recursive: true });
  }

  /** Starts the program and resolves with what its ready line said. */
  async start(program: Program): Promise<Readonly<Record<string, string>>> {
    const { process, facts } = await this.launch(program);
    const kept: Kept = { program, process, facts, isStopping: false };
    this.kept.set(program.name, kept);
    this.follow(kept);
    return facts;
  }

  /** What the ready line of a program's present process said. */
  factsOf(name: string): Readonly<Record<string, string>> {
    return this.kept.get(name)?.facts ?? {};
  }

  pids(): Readonly<Record<string, number>> {
    const alive = [...this.kept].filter(([, kept]) => kept.process.isAlive);
    return Object.fromEntries(alive.map(([name, kept]) => [name, kept.process.pid]));
  }

  /** Stops everything, the last one started first. */
  async stop(): Promise<void> {
    this.isStopping = true;
    for (const kept of [...this.kept.values()].reverse()) {
      kept.isStopping = true;
      await kept.process.stop();
    }
    this.guardian.release();
  }

  private async launch(program: Program): Promise<Pick<Kept, 'process' | 'facts'>> {
    let facts: Readonly<Record<string, string>> = {};
    const file = createWriteStream(path.join(this.options.home, 'logs', `${program.name}.log`), {
      // What a process that died said before stays.
      flags: this.kept.has(program.name) ? 'a' : 'w',
    });
    const spec: ProcessSpec = {
      name: program.name,
      command: process.execPath,
      args: [...(program.nodeOptions ?? []), program.script, ...(program.args ?? [])],
      env: { ...process.env, ...program.environment },
      cwd: this.options.cwd,
      stopSignal: 'SIGTERM',
      stopGraceMs: STOP_GRACE_MS,
      readyTimeoutMs: READY_TIMEOUT_MS,
      isReady: (line) => {
        const ready = program.readReady(line);
        if (ready) facts = ready;
        return ready !== null;
      },
      onLine: (line) => {
        file.write(`${line}\n`);
        if (isWorthShowing(line)) this.options.log(`[${program.name}] ${line}`);
      },
    };
    const started = await ManagedProcess.start(spec);
    return { process: started, facts };
  }

  private follow(kept: Kept): void {
    const followed = kept.process;
    this.guard();
    followed.exited.then(async (code) => {
      this.guard();
      if (kept.isStopping || this.isStopping) return;
      this.options.log(`${kept.program.name} ended (${code ?? 'by a signal'}); starting it again`);
      await this.revive(kept);
    });
  }

  private async revive(kept: Kept): Promise<void> {
    for (
      let pause = FIRST_PAUSE_MS;
      !this.isStopping;
      pause = Math.min(pause * 2, LONGEST_PAUSE_MS)
    ) {
      try {
        const { process, facts } = await this.launch(kept.program);
        kept.process = process;
        kept.facts = facts;
        if (this.isStopping) return void (await process.stop());
        this.follow(kept);
        return this.options.onChange();
      } catch (error) {
        this.options.log(`${kept.program.name} did not start: ${messageOf(error)}`);
        await new Promise((resolve) => setTimeout(resolve, pause));
      }
    }
  }

  private guard(): void {
    const alive = [...this.kept.values()].filter((kept) => kept.process.isAlive);
    this.guardian.watch(alive.map((kept) => ({ pid: kept.process.pid, signal: 'TERM' })));
  }
}

/** Warnings and errors of the structured log, and whatever is no log line at all. */
function isWorthShowing(line: string): boolean {
  if (!line.startsWith('{')) return line.trim() !== '';
  return /"level":"(warn|error|fatal)"/.test(line);
}

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);
