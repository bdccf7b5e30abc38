import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { DevFacts } from '@tollgate/launch';
import { removeStackHome } from '@tollgate/stack';
import { eventually } from './eventually.ts';

export type SystemMode = 'standalone' | 'distributed';

export interface SystemOptions {
  readonly mode: SystemMode;
  /** The checkout. */
  readonly root: string;
  readonly environment?: Readonly<Record<string, string>>;
}

/** A further instance of a service. */
export interface Instance {
  readonly pid: number;
  readonly url: string;
  stop(): Promise<void>;
}

/** The whole product, started by its own start command in a temporary home. */
export interface System {
  readonly mode: SystemMode;
  readonly home: string;
  /** As `dev.json` says right now. */
  facts(): DevFacts;
  /** All that was printed. */
  output(): string;
  /** Ends the process by force and waits until it runs again under another pid; in standalone mode every service is `standalone`. */
  killAndAwaitRestart(service: string, signal?: NodeJS.Signals): Promise<void>;
  /** Starts one more instance of a service beside those that run, with the same settings. */
  startInstance(service: string): Promise<Instance>;
  /** As Ctrl-C does; resolves with the exit code. */
  stop(): Promise<number | null>;
}

const NODE_FLAGS = ['--conditions=@tollgate/source', '--disable-warning=ExperimentalWarning'];
const START_WITHIN_MS = 90_000;

export async function startSystem(options: SystemOptions): Promise<System> {
  const home = mkdtempSync(path.join(tmpdir(), 'tollgate-e2e-'));
  const script = path.join(options.root, 'tools', 'launch', 'src', 'start', 'main.ts');
  const args = options.mode === 'distributed' ? ['--distributed'] : [];
  const child = spawn(process.execPath, [...NODE_FLAGS, script, ...args], {
    cwd: options.root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...withoutProviderKeys(process.env),
      TOLLGATE_HOME: home,
      TOLLGATE_GATEWAY_PORT: '0',
      TOLLGATE_CONTROL_PLANE_PORT: '0',
      TOLLGATE_SIMULATOR_PORT: '0',
      ...options.environment,
    },
  });
  const output = collect(child);
  const facts = (): DevFacts => JSON.parse(readFileSync(path.join(home, 'dev.json'), 'utf8'));
  try {
    await eventually(
      'the system is ready',
      () => (child.exitCode === null ? output().includes('Tollgate is ready') && facts() : true),
      Boolean,
      START_WITHIN_MS,
    );
    if (child.exitCode !== null) throw new Error(`the start command ended (${child.exitCode})`);
  } catch (error) {
    await stopChild(child);
    removeStackHome(home);
    throw new Error(`${error instanceof Error ? error.message : error}\n${output()}`);
  }
  return new RunningSystem(options, home, child, output, facts);
}

class RunningSystem implements System {
  readonly mode: SystemMode;
  readonly home: string;
  private readonly instances: Instance[] = [];
  private readonly options: SystemOptions;
  private readonly child: ChildProcess;
  readonly output: () => string;
  readonly facts: () => DevFacts;

  constructor(
    options: SystemOptions,
    home: string,
    child: ChildProcess,
    output: () => string,
    facts: () => DevFacts,
  ) {
    this.mode = options.mode;
    this.home = home;
    this.options = options;
    this.child = child;
    this.output = output;
    this.facts = facts;
  }

  async killAndAwaitRestart(service: string, signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const name = this.facts().pids[service] === undefined ? 'standalone' : service;
    const pid = this.facts().pids[name];
    if (pid === undefined) throw new Error(`${service} does not run`);
    process.kill(pid, signal);
    await eventually(
      `${name} runs again`,
      () => this.facts().pids[name],
      (now) => now !== undefined && now !== pid,
      60_000,
    );
  }

  async startInstance(service: string): Promise<Instance> {
    const pid = this.facts().pids[service];
    if (pid === undefined) throw new Error(`${service} does not run by itself`);
    const child = spawn(
      process.execPath,
      [path.join(this.options.root, 'apps', service, 'dist', 'main.js')],
      {
        cwd: this.options.root,
        stdio: ['ignore', 'pipe', 'pipe'],
        env: {
          ...process.env,
          ...environmentOf(pid),
          TOLLGATE_GATEWAY_PORT: '0',
          TOLLGATE_CONTROL_PLANE_PORT: '0',
        },
      },
    );
    const output = collect(child);
    const line = await eventually(
      `another ${service} is ready: ${output()}`,
      () =>
        output()
          .split('\n')
          .find((one) => one.includes(`${service} is ready`)) ?? '',
      (found) => found !== '',
      30_000,
    );
    const ready: { readonly url?: string } = JSON.parse(line);
    const instance: Instance = {
      pid: child.pid ?? 0,
      url: ready.url ?? '',
      stop: () => stopChild(child),
    };
    this.instances.push(instance);
    return instance;
  }

  async stop(): Promise<number | null> {
    await Promise.all(this.instances.map((instance) => instance.stop()));
    await stopChild(this.child, 'SIGINT');
    removeStackHome(this.home);
    rmSync(this.home, { recursive: true, force: true });
    return this.child.exitCode;
  }
}

function collect(child: ChildProcess): () => string {
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    if (stream) createInterface({ input: stream }).on('line', (line) => lines.push(line));
  }
  return () => lines.join('\n');
}

/** The environment that a running process was started with. Linux only. */
function environmentOf(pid: number): Record<string, string> {
  const pairs = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').filter(Boolean);
  return Object.fromEntries(
    pairs.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
  );
}

function withoutProviderKeys(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = Object.entries(environment).filter(
    ([name]) =>
      !name.endsWith('_API_KEY') && !['NATS_URL', 'POSTGRES_URL', 'CLICKHOUSE_URL'].includes(name),
  );
  return Object.fromEntries(kept);
}

function stopChild(child: ChildProcess, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.kill(signal);
    setTimeout(() => child.kill('SIGKILL'), 60_000).unref();
  });
}
