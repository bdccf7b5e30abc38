import fs from 'node:fs';
import path from 'node:path';
import { stackDatabase, stackUser } from '../credentials.ts';
import type { PartContext, RunningPart } from '../part.ts';
import { loopback } from '../process/free-port.ts';
import { ManagedProcess, type ProcessSpec, StartFailure } from '../process/managed-process.ts';
import { startOnFreePort } from '../process/retry-bind.ts';
import { findBinaries, type PostgresBinaries } from './binaries.ts';
import { initializeOnce } from './initialize.ts';
import { isReachableByOthers, ownedFolder, substituteHomeName } from './reachable.ts';
import { clearStaleServer, clusterNameOf } from './stale-server.ts';
import { findServerUser, type SystemUser } from './system-user.ts';

const readyTimeoutMs = 60_000;
const orphanTimeoutMs = 5_000;
const orphanPollMs = 100;

const settings: Readonly<Record<string, string>> = {
  listen_addresses: loopback,
  unix_socket_directories: '',
  max_connections: '200',
  shared_buffers: '128MB',
  synchronous_commit: 'on',
  fsync: 'on',
  log_checkpoints: 'off',
  timezone: 'UTC',
};

/** Starts Postgres on its data folder, initialising that on first use. */
export async function startPostgres(context: PartContext): Promise<RunningPart> {
  const user = findServerUser();
  const binaries = findBinaries(user);
  const dataFolder = path.join(chooseFolder(context, user), 'data');
  await initializeOnce(dataFolder, context.password, binaries, user);
  const launchOn = async (port: number): Promise<ManagedProcess> => {
    await clearStaleServer(dataFolder, context.log);
    const spec = postgresProcess(binaries, dataFolder, port, user, context);
    return whenMemoryIsFree(() => ManagedProcess.start(spec));
  };
  const { port, started } = await startOnFreePort(context.preferredPort, launchOn);
  return {
    url: `postgres://${stackUser}:${context.password}@${loopback}:${port}/${stackDatabase}`,
    process: started,
    launch: () => launchOn(port),
    clear: () => clearStaleServer(dataFolder, context.log),
  };
}

/** The kernel may take a moment to free the shared memory of a server that was killed. */
async function whenMemoryIsFree<T>(start: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + orphanTimeoutMs;
  for (;;) {
    try {
      return await start();
    } catch (error) {
      const isHeld = error instanceof StartFailure && /still in use/.test(error.output);
      if (!isHeld || performance.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, orphanPollMs));
    }
  }
}

/** The folder that holds the data folder, owned by the user the server runs as. */
function chooseFolder(context: PartContext, user: SystemUser | undefined): string {
  let home = context.home;
  if (user && !isReachableByOthers(home)) {
    home = ownedFolder(substituteHomeName(home));
    context.log(
      `postgres: user ${user.name} cannot reach ${context.home}; its data is kept in ${home}`,
    );
  }
  const folder = path.join(home, 'postgres');
  fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (user) fs.chownSync(folder, user.uid, user.gid);
  return folder;
}

function postgresProcess(
  binaries: PostgresBinaries,
  dataFolder: string,
  port: number,
  user: SystemUser | undefined,
  context: PartContext,
): ProcessSpec {
  const all = { ...settings, cluster_name: clusterNameOf(dataFolder) };
  const flags = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  return {
    name: 'postgres',
    command: binaries.postgres,
    args: ['-D', dataFolder, '-p', String(port), ...flags],
    env: { ...process.env, LC_ALL: 'C' },
    ...(user ? { user } : {}),
    // "Fast" shutdown: running transactions are rolled back, the data folder is left clean.
    stopSignal: 'SIGINT',
    isReady: (line) => line.includes('database system is ready to accept connections'),
    readyTimeoutMs,
    onLine: (line) => {
      if (/\b(WARNING|FATAL|PANIC)\b/.test(line)) context.log(`postgres: ${line}`);
    },
    guardian: context.guardian,
  };
}
