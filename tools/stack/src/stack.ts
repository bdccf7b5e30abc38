import fs from 'node:fs';
import path from 'node:path';
import { startClickHouse } from './clickhouse/clickhouse.ts';
import { type Credentials, loadOrCreateCredentials } from './credentials.ts';
import { startNats } from './nats/nats.ts';
import type { PartContext, RunningPart } from './part.ts';
import { startPostgres } from './postgres/postgres.ts';
import { Guardian } from './process/guardian.ts';
import { HomeLock } from './process/home-lock.ts';
import { PartKeeper } from './part-keeper.ts';
import {
  type ExternalServers,
  type Stack,
  type StackOptions,
  type StackPart,
  stackParts,
} from './stack-options.ts';

const starters = {
  nats: startNats,
  postgres: startPostgres,
  clickhouse: startClickHouse,
} satisfies Record<StackPart, (context: PartContext) => Promise<RunningPart>>;

const usualPorts = { nats: 4222, postgres: 5432, clickhouse: 8123 } satisfies Record<
  StackPart,
  number
>;

/**
 * Starts the embedded servers in parallel and resolves when all of them serve. If one fails to
 * start, the others are stopped again and the reason is thrown.
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const home = path.resolve(options.home);
  // Others may pass through (the Postgres user must), nobody else may list it.
  fs.mkdirSync(home, { recursive: true, mode: 0o711 });
  const lock = HomeLock.acquire(home);
  const guardian = new Guardian();
  const keeper = new PartKeeper(options.onExit);
  try {
    const contextOf = contextFactory(home, options, guardian);
    const embedded = partsToStart(options);
    const results = await Promise.allSettled(
      embedded.map(async (part) => keeper.add(part, await starters[part](contextOf(part)))),
    );
    const failed = results.find((result) => result.status === 'rejected');
    if (failed) throw failed.reason;
  } catch (error) {
    await stopAll(keeper, guardian, lock);
    throw error;
  }
  return createStack(options.external ?? {}, keeper, () => stopAll(keeper, guardian, lock));
}

function partsToStart(options: StackOptions): readonly StackPart[] {
  const wanted = options.only ?? stackParts;
  return stackParts.filter((part) => wanted.includes(part) && !externalUrl(options.external, part));
}

function contextFactory(
  home: string,
  options: StackOptions,
  guardian: Guardian,
): (part: StackPart) => PartContext {
  const credentials = loadOrCreateCredentials(home);
  return (part) => ({
    home,
    preferredPort: options.ports?.[part] ?? usualPorts[part],
    password: credentials[`${part}Password` satisfies keyof Credentials],
    log: options.log ?? (() => undefined),
    guardian,
  });
}

function createStack(
  external: ExternalServers,
  keeper: PartKeeper,
  stop: () => Promise<void>,
): Stack {
  const urlOf = (part: StackPart): string => externalUrl(external, part) ?? keeper.urlOf(part);
  let stopping: Promise<void> | undefined;
  return {
    natsUrl: urlOf('nats'),
    postgresUrl: urlOf('postgres'),
    clickhouseUrl: urlOf('clickhouse'),
    get pids() {
      return keeper.pids();
    },
    restart: (part) => keeper.restart(part),
    kill: (part, signal) => keeper.kill(part, signal),
    stop: () => {
      stopping ??= stop();
      return stopping;
    },
  };
}

async function stopAll(keeper: PartKeeper, guardian: Guardian, lock: HomeLock): Promise<void> {
  await keeper.stopAll();
  guardian.release();
  lock.release();
}

function externalUrl(external: ExternalServers | undefined, part: StackPart): string | undefined {
  return external?.[`${part}Url`] || undefined;
}
