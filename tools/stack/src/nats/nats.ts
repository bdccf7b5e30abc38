import fs from 'node:fs';
import path from 'node:path';
import { stackUser } from '../credentials.ts';
import type { PartContext, RunningPart } from '../part.ts';
import { loopback } from '../process/free-port.ts';
import { ManagedProcess } from '../process/managed-process.ts';
import { PidFile } from '../process/pid-file.ts';
import { startOnFreePort } from '../process/retry-bind.ts';
import { findNatsServer } from './find-server.ts';

const readyTimeoutMs = 20_000;

/** Starts nats-server with JetStream on its store folder. */
export async function startNats(context: PartContext): Promise<RunningPart> {
  const folder = path.join(context.home, 'nats');
  fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
  const binary = await findNatsServer(context.home, context.log);
  const configFile = path.join(folder, 'nats-server.conf');
  const pidFile = new PidFile(path.join(folder, 'nats-server.pid'));
  const launchOn = async (port: number): Promise<ManagedProcess> => {
    await pidFile.stopLeftOver('SIGTERM', context.log);
    fs.writeFileSync(configFile, renderConfig(folder, port, context.password), { mode: 0o600 });
    return ManagedProcess.start({
      name: 'nats-server',
      command: binary,
      args: ['--config', configFile],
      stopSignal: 'SIGTERM',
      isReady: (line) => line.includes('Server is ready'),
      readyTimeoutMs,
      onLine: (line) => {
        if (isWarning(line)) context.log(`nats: ${line}`);
      },
      guardian: context.guardian,
      pidFile,
    });
  };
  const { port, started } = await startOnFreePort(context.preferredPort, launchOn);
  return {
    url: `nats://${stackUser}:${context.password}@${loopback}:${port}`,
    process: started,
    launch: () => launchOn(port),
  };
}

/** The password stands in a file that its owner alone can read; the server's remark is noise. */
function isWarning(line: string): boolean {
  return /\[(WRN|ERR|FTL)\]/.test(line) && !line.includes('Plaintext passwords');
}

/**
 * Options that Debian's 2.9 and current servers both know. `max_payload` is the server's default,
 * written down because the bus chunks bodies by it.
 */
function renderConfig(folder: string, port: number, password: string): string {
  const storeFolder = path.join(folder, 'jetstream');
  return `server_name: "tollgate-embedded"
listen: "${loopback}:${port}"
max_payload: 1048576
jetstream {
  store_dir: ${JSON.stringify(storeFolder)}
  max_memory_store: 268435456
  max_file_store: 10737418240
}
authorization {
  user: "${stackUser}"
  password: "${password}"
}
`;
}
