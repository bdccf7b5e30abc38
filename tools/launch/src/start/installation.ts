import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { choosePort, removeStackHome, type Stack, startStack } from '@tollgate/stack';
import { appsOf, bundleApps } from './bundles.ts';
import { DevFile, type DevFacts } from './dev-file.ts';
import { localDeclaration } from './local-declaration.ts';
import { loadLocalSecrets } from './local-secrets.ts';
import type { StartOptions } from './options.ts';
import { appProgram, simulatorProgram } from './programs.ts';
import { Supervisor } from './supervisor.ts';

export interface Installation {
  readonly facts: DevFacts;
  stop(): Promise<void>;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Starts the stack, the simulated provider and the apps, and writes `dev.json` when all are ready. Stops all of it when one cannot start. */
export async function startInstallation(
  root: string,
  options: StartOptions,
  environment: Environment,
  log: (line: string) => void,
): Promise<Installation> {
  if (options.fresh) await removeStackHome(options.home);
  mkdirSync(options.home, { recursive: true, mode: 0o711 });
  const devFile = new DevFile(options.home);
  devFile.remove();
  const running = new RunningInstallation(root, options, environment, devFile, log);
  try {
    return await running.start();
  } catch (error) {
    await running.stop();
    throw error;
  }
}

class RunningInstallation {
  private readonly supervisor: Supervisor;
  private readonly root: string;
  private readonly options: StartOptions;
  private readonly environment: Environment;
  private readonly devFile: DevFile;
  private readonly log: (line: string) => void;
  private stack: Stack | undefined;
  private facts: Omit<DevFacts, 'pids'> | undefined;
  private isStopping = false;

  constructor(
    root: string,
    options: StartOptions,
    environment: Environment,
    devFile: DevFile,
    log: (line: string) => void,
  ) {
    this.root = root;
    this.options = options;
    this.environment = environment;
    this.devFile = devFile;
    this.log = log;
    this.supervisor = new Supervisor({
      home: options.home,
      cwd: root,
      log,
      onChange: () => this.writeFacts(),
    });
  }

  async start(): Promise<Installation> {
    const { options, root } = this;
    const secrets = loadLocalSecrets(options.home);
    const apps = appsOf(options.mode);
    const [stack, simulator, gatewayPort, controlPlanePort] = await together([
      this.startStack(),
      choosePort(options.simulatorPort).then((port) =>
        this.supervisor.start(simulatorProgram(root, port)),
      ),
      choosePort(options.gatewayPort),
      choosePort(options.controlPlanePort),
      bundleApps(root, apps),
    ]);
    const simulatorUrl = simulator.url ?? '';
    const inputs = {
      root,
      options,
      stack,
      secrets,
      declarationFile: this.writeDeclaration(simulatorUrl),
      gatewayPort,
      controlPlanePort,
    };
    await together(apps.map((app) => this.supervisor.start(appProgram(app, inputs))));
    this.facts = {
      gatewayUrl: `http://127.0.0.1:${gatewayPort}`,
      controlPlaneUrl: `http://127.0.0.1:${controlPlanePort}`,
      simulatorUrl,
      apiKey: secrets.virtualKey,
      adminToken: secrets.adminToken,
      natsUrl: stack.natsUrl,
      postgresUrl: stack.postgresUrl,
      clickhouseUrl: stack.clickhouseUrl,
      mode: options.mode,
    };
    return { facts: this.writeFacts(), stop: () => this.stop() };
  }

  async stop(): Promise<void> {
    this.isStopping = true;
    this.devFile.remove();
    await this.supervisor.stop();
    await this.stack?.stop();
  }

  private async startStack(): Promise<Stack> {
    const { NATS_URL, POSTGRES_URL, CLICKHOUSE_URL } = this.environment;
    this.stack = await startStack({
      home: this.options.home,
      external: {
        ...(NATS_URL ? { natsUrl: NATS_URL } : {}),
        ...(POSTGRES_URL ? { postgresUrl: POSTGRES_URL } : {}),
        ...(CLICKHOUSE_URL ? { clickhouseUrl: CLICKHOUSE_URL } : {}),
      },
      log: this.log,
      onExit: (part) => this.reviveStackPart(part),
    });
    return this.stack;
  }

  private reviveStackPart(part: Parameters<Stack['restart']>[0]): void {
    if (this.isStopping) return;
    this.log(`${part} ended; starting it again`);
    this.stack?.restart(part).then(
      () => this.writeFacts(),
      (error: unknown) => {
        if (this.isStopping) return;
        this.log(
          `${part} did not start again: ${error instanceof Error ? error.message : String(error)}`,
        );
        setTimeout(() => this.reviveStackPart(part), 2_000).unref();
      },
    );
  }

  private writeDeclaration(simulatorUrl: string): string {
    const file = path.join(this.options.home, 'tollgate.yaml');
    const { environment } = this;
    const isFirstStart = !existsSync(file);
    writeFileSync(file, localDeclaration({ simulatorUrl, environment, isFirstStart }));
    return file;
  }

  private writeFacts(): DevFacts {
    if (!this.facts) throw new Error('the installation is not ready yet');
    const facts = { ...this.facts, pids: { ...this.stack?.pids, ...this.supervisor.pids() } };
    if (!this.isStopping) this.devFile.write(facts);
    return facts;
  }
}

/**
 * As `Promise.all`, but lets all of them end before it fails: what starts beside the one that failed must be there to be
 * stopped.
 */
async function together<Results extends readonly unknown[]>(
  starting: readonly [...{ [Index in keyof Results]: Promise<Results[Index]> }],
): Promise<Results> {
  await Promise.allSettled(starting);
  return (await Promise.all(starting)) as unknown as Results;
}
