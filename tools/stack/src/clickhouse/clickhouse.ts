import fs from 'node:fs';
import path from 'node:path';
import { stackDatabase, stackUser } from '../credentials.ts';
import type { PartContext, RunningPart } from '../part.ts';
import { loopback } from '../process/free-port.ts';
import { ManagedProcess } from '../process/managed-process.ts';
import { PidFile } from '../process/pid-file.ts';
import { startOnFreePort } from '../process/retry-bind.ts';

const readyTimeoutMs = 60_000;

/** Queries hold a thread each while they run; compression needs some beside them. */
const threadPoolSize = 12;

/** Starts ClickHouse's engine behind its HTTP interface, in a process of its own. */
export async function startClickHouse(context: PartContext): Promise<RunningPart> {
  const folder = path.join(context.home, 'clickhouse');
  fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
  const dataFolder = path.join(folder, 'data');
  const pidFile = new PidFile(path.join(folder, 'clickhouse.pid'));
  const launchOn = async (port: number): Promise<ManagedProcess> => {
    await pidFile.stopLeftOver('SIGTERM', context.log);
    return ManagedProcess.start({
      name: 'clickhouse',
      command: process.execPath,
      args: [path.join(import.meta.dirname, 'main.ts'), dataFolder, String(port)],
      env: childEnvironment(context.password),
      stopSignal: 'SIGTERM',
      isReady: (line) => line.startsWith('ready: '),
      readyTimeoutMs,
      onLine: (line) => {
        if (!line.startsWith('ready: ')) context.log(`clickhouse: ${line}`);
      },
      guardian: context.guardian,
      pidFile,
    });
  };
  const { port, started } = await startOnFreePort(context.preferredPort, launchOn);
  return {
    url: `http://${stackUser}:${context.password}@${loopback}:${port}/${stackDatabase}`,
    process: started,
    launch: () => launchOn(port),
  };
}

function childEnvironment(password: string): NodeJS.ProcessEnv {
  // Options of a test runner or a debugger are not for the child.
  return {
    ...process.env,
    NODE_OPTIONS: '',
    TZ: 'UTC',
    UV_THREADPOOL_SIZE: String(threadPoolSize),
    CLICKHOUSE_USER: stackUser,
    CLICKHOUSE_PASSWORD: password,
    CLICKHOUSE_DB: stackDatabase,
  };
}
