import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { findFreePort, findNatsServer, ManagedProcess } from '@tollgate/stack';
import type { NatsUser } from '../nats-users.ts';

export interface NatsWithUsers {
  urlOf(user: string): string;
  /** What the server refused: a subject that its user may not use. */
  violations(): readonly string[];
  stop(): Promise<void>;
}

/** Runs nats-server with the users of `usersFile`, each with a password of its own. */
export async function startNatsWithUsers(
  folder: string,
  usersFile: string,
  users: readonly NatsUser[],
): Promise<NatsWithUsers> {
  const port = await findFreePort();
  const configuration = path.join(folder, 'nats-server.conf');
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    configuration,
    [
      'server_name: "users"',
      `listen: "127.0.0.1:${port}"`,
      `jetstream { store_dir: ${JSON.stringify(folder)}, max_file_store: 4294967296 }`,
      // Relative to this file; the server takes no absolute one.
      `include ${JSON.stringify(path.relative(folder, usersFile))}`,
    ].join('\n'),
  );
  const violations: string[] = [];
  const server = await ManagedProcess.start({
    name: 'nats-server',
    command: await findNatsServer(folder, () => undefined),
    args: ['--config', configuration],
    env: {
      ...process.env,
      ...Object.fromEntries(users.map((user) => [user.passwordVariable, passwordOf(user.name)])),
    },
    stopSignal: 'SIGTERM',
    readyTimeoutMs: 20_000,
    isReady: (line) => line.includes('Server is ready'),
    onLine: (line) => {
      if (/violation/i.test(line)) violations.push(line);
    },
  });
  return {
    urlOf: (user) => `nats://${user}:${passwordOf(user)}@127.0.0.1:${port}`,
    violations: () => violations,
    stop: () => server.stop(),
  };
}

const passwordOf = (user: string): string => `secret-of-${user}`;
