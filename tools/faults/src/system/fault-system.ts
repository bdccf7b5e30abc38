import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import {
  appProgram,
  bundleApps,
  type DevFacts,
  loadLocalSecrets,
  type Program,
  type Service,
  simulatorProgram,
  Supervisor,
} from '@tollgate/launch';
import { choosePort, type Stack, startStack } from '@tollgate/stack';
import { signalTree } from '@tollgate/test-harness';
import { Links, type Server } from './links.ts';
import { SERVERS_OF, type Shape, SHORT_TIMES } from './shape.ts';
import { type DiskName, DISKS, hasSmallDisks, SmallDisk } from './small-disks.ts';

export interface FaultSystemOptions {
  /** The checkout. */
  readonly root: string;
  /** An empty folder of its own. */
  readonly home: string;
  readonly shape: Shape;
  readonly log: (line: string) => void;
}

const SERVERS: readonly string[] = ['nats', 'postgres', 'clickhouse'] satisfies Server[];
const ANY_PORTS = { nats: 0, postgres: 0, clickhouse: 0 } as const;
const REVIVE_AGAIN_MS = 500;
export const isServer = (name: string): name is Server => SERVERS.includes(name);

/** The whole product as processes, several of each, with a proxy on each of their links. Everything that dies is started again. */
export class FaultSystem {
  readonly links = new Links();
  readonly disks: Readonly<Partial<Record<DiskName, SmallDisk>>>;
  private readonly supervisor: Supervisor;
  private readonly options: FaultSystemOptions;
  private readonly bundles: string;
  private readonly serviceNames: string[] = [];
  private stack: Stack | undefined;
  private readonly heldDown = new Set<Server>();
  private isStopping = false;

  private constructor(options: FaultSystemOptions) {
    const { root, home, log } = options;
    this.options = options;
    // Packages are found from there, and nobody who builds meanwhile changes what runs.
    this.bundles = path.join(
      root,
      'node_modules',
      '.cache',
      'tollgate-faults',
      path.basename(home),
    );
    this.supervisor = new Supervisor({ home, cwd: root, log, onChange: () => undefined });
    const names = Object.keys(DISKS) as DiskName[];
    this.disks = hasSmallDisks(home)
      ? Object.fromEntries(names.map((name) => [name, new SmallDisk(path.join(home, name))]))
      : {};
  }

  static async start(options: FaultSystemOptions): Promise<FaultSystem> {
    const system = new FaultSystem(options);
    try {
      await system.startAll();
      return system;
    } catch (error) {
      await system.stop();
      throw error;
    }
  }

  /** Instances of services, such as `gateway-2`. */
  instancesOf(service: Service): readonly string[] {
    return this.serviceNames.filter((name) => name.startsWith(`${service}-`));
  }

  gatewayUrl(instance: string): string {
    return this.supervisor.factsOf(instance).url ?? '';
  }

  /** As the operator's tools take it; the URLs of servers are their own, past the proxies. */
  facts(): DevFacts {
    const { stack, supervisor } = this;
    const [gateway = ''] = this.instancesOf('gateway');
    const secrets = loadLocalSecrets(this.options.home);
    return {
      gatewayUrl: this.gatewayUrl(gateway),
      controlPlaneUrl: supervisor.factsOf('control-plane-1').url ?? '',
      simulatorUrl: supervisor.factsOf('simulator').url ?? '',
      apiKey: secrets.virtualKey,
      adminToken: secrets.adminToken,
      natsUrl: stack?.natsUrl ?? '',
      postgresUrl: stack?.postgresUrl ?? '',
      clickhouseUrl: stack?.clickhouseUrl ?? '',
      mode: 'distributed',
      pids: { ...stack?.pids, ...supervisor.pids() },
    };
  }

  /** Undefined while it does not run. */
  pidOf(name: string): number | undefined {
    return this.facts().pids[name];
  }

  /** To the process and its children; to nobody while it does not run. */
  signal(name: string, signal: NodeJS.Signals): void {
    const pid = this.pidOf(name);
    if (pid !== undefined) signalTree(pid, signal);
  }

  /** `kill -9`, of the one process. */
  kill(name: string): void {
    const pid = this.pidOf(name);
    if (pid !== undefined) process.kill(pid, 'SIGKILL');
  }

  /** Ends a server by force, and lets it start again only after that time. */
  async takeDown(server: Server, durationMs: number): Promise<void> {
    this.heldDown.add(server);
    this.kill(server);
    await wait(durationMs);
    this.heldDown.delete(server);
  }

  /** What an operator does to a server that has given up, as JetStream does on a full disk. */
  async restartServer(server: Server): Promise<void> {
    await this.stack?.restart(server);
  }

  async stop(): Promise<void> {
    this.isStopping = true;
    for (const disk of Object.values(this.disks)) disk.free();
    await this.supervisor.stop();
    await this.links.stop();
    await this.stack?.stop();
    fs.rmSync(this.bundles, { recursive: true, force: true });
  }

  private async startAll(): Promise<void> {
    const { root, home, log } = this.options;
    const apps = Object.keys(SERVERS_OF) as Service[];
    const [stack] = await Promise.all([
      startStack({
        home,
        ports: ANY_PORTS,
        log,
        onExit: (part) => void this.reviveServer(part),
      }),
      this.supervisor.start(simulatorProgram(root, await choosePort(0))),
      bundleApps(root, apps, this.bundles),
    ]);
    this.stack = stack;
    for (const app of apps) await this.startInstances(app, stack);
  }

  private async startInstances(service: Service, stack: Stack): Promise<void> {
    const names = Array.from(
      { length: this.options.shape[service] },
      (_, place) => `${service}-${place + 1}`,
    );
    this.serviceNames.push(...names);
    await Promise.all(
      names.map(async (name) => this.supervisor.start(await this.programOf(service, name, stack))),
    );
  }

  private async programOf(service: Service, name: string, stack: Stack): Promise<Program> {
    const { root, home } = this.options;
    const program = appProgram(service, {
      root,
      bundles: this.bundles,
      options: {
        mode: 'distributed',
        fresh: false,
        home,
        gatewayPort: 0,
        controlPlanePort: 0,
        simulatorPort: 0,
        configFile: undefined,
      },
      stack: await this.links.connect(name, SERVERS_OF[service], stack),
      secrets: loadLocalSecrets(home),
      declarationFile: '',
      gatewayPort: 0,
      controlPlanePort: 0,
    });
    // As if not set: nothing is declared in a file.
    const own = { TOLLGATE_CONFIG_FILE: '', TOLLGATE_SPOOL_DIR: path.join(home, 'spool', name) };
    return { ...program, name, environment: { ...program.environment, ...SHORT_TIMES, ...own } };
  }

  private async reviveServer(server: Server): Promise<void> {
    while (!this.isStopping) {
      if (this.heldDown.has(server)) {
        await wait(REVIVE_AGAIN_MS);
        continue;
      }
      try {
        return await this.stack?.restart(server);
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        this.options.log(`${server} did not start again: ${reason.split('\n')[0]}`);
        await wait(REVIVE_AGAIN_MS);
      }
    }
  }
}
