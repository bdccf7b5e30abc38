import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { errorCode } from '../process/error-facts.ts';
import {
  commandLineOf,
  findByTitle,
  isRunning,
  waitUntilGone,
} from '../process/process-identity.ts';

const stopTimeoutMs = 20_000;

/** Stands in the titles of all processes of the server on this folder (`cluster_name`). */
export function clusterNameOf(dataFolder: string): string {
  return `tollgate-${createHash('sha256').update(dataFolder).digest('hex').slice(0, 16)}`;
}

/**
 * Ends the backends of a server that was killed. They notice by themselves only when they next wait
 * for something: one in a long computation would hold the shared memory, and block every start, for
 * as long as that takes. Crash recovery follows anyway, so nothing is lost by force.
 */
async function endOrphans(dataFolder: string, log: (line: string) => void): Promise<void> {
  const orphans = findByTitle(`postgres: ${clusterNameOf(dataFolder)}: `);
  if (orphans.length > 0) log(`postgres: ending ${orphans.length} processes of a killed server`);
  for (const pid of orphans) killQuietly(pid);
  for (const pid of orphans) await waitUntilGone(pid, stopTimeoutMs);
}

function killQuietly(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (errorCode(error) !== 'ESRCH') throw error;
  }
}

/**
 * Makes way for a start on a data folder whose last server may live on (its launcher was killed)
 * or may have died without clearing up. A server of ours is stopped in good order; a pid file whose
 * number now belongs to another program is removed, since Postgres would refuse to start over it.
 */
export async function clearStaleServer(
  dataFolder: string,
  log: (line: string) => void,
): Promise<void> {
  const file = path.join(dataFolder, 'postmaster.pid');
  const pid = readPid(file);
  if (pid === undefined) return;
  if (!isRunning(pid) || !(commandLineOf(pid) ?? dataFolder).includes(dataFolder)) {
    await endOrphans(dataFolder, log);
    return fs.rmSync(file, { force: true });
  }
  log(`postgres: stopping the server ${pid} that was left on this data folder`);
  process.kill(pid, 'SIGINT');
  if (await waitUntilGone(pid, stopTimeoutMs)) return;
  throw new Error(`Postgres ${pid} holds ${dataFolder} and does not stop`);
}

function readPid(file: string): number | undefined {
  let text: string;
  try {
    text = fs.readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
  const pid = Number(text.split('\n')[0]);
  return Number.isInteger(pid) && pid > 1 && pid !== process.pid ? pid : undefined;
}
