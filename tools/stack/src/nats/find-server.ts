import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { cachedBinary, installNatsServer, parseForcedSource } from './install.ts';
import { type NatsSource, natsSources } from './source.ts';

/**
 * Finds a nats-server, or fetches one: `NATS_SERVER`, then PATH, then the caches (of this home and
 * of this user), then the sources. `TOLLGATE_NATS_SOURCE` names the one source to use instead.
 */
export async function findNatsServer(home: string, log: (line: string) => void): Promise<string> {
  const forced = parseForcedSource(process.env['TOLLGATE_NATS_SOURCE']);
  const sources: readonly NatsSource[] = forced ? [forced] : natsSources;
  if (!forced) {
    const installed = fromEnvironment() ?? fromPath();
    if (installed) return installed;
  }
  const caches = [path.join(home, 'cache'), userCache()];
  for (const cache of caches) {
    const found = sources.map((source) => cachedBinary(cache, source)).find(isExecutable);
    if (found) return found;
  }
  return installNatsServer(chooseCache(home), sources, log);
}

function fromEnvironment(): string | undefined {
  const file = process.env['NATS_SERVER'];
  if (file === undefined || file === '') return undefined;
  if (isExecutable(file)) return file;
  throw new Error(`NATS_SERVER names ${file}, which cannot be executed`);
}

function fromPath(): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(path.delimiter).filter(path.isAbsolute);
  // Debian keeps daemons in sbin, which is not on an ordinary user's PATH.
  return [...folders, '/usr/local/sbin', '/usr/sbin']
    .map((folder) => path.join(folder, 'nats-server'))
    .find(isExecutable);
}

function userCache(): string {
  const base = process.env['XDG_CACHE_HOME'] || path.join(os.homedir(), '.cache');
  return path.join(base, 'tollgate');
}

/** The user's cache serves every checkout and every test; the home's own where that is read-only. */
function chooseCache(home: string): string {
  const cache = userCache();
  try {
    fs.mkdirSync(cache, { recursive: true });
    fs.accessSync(cache, fs.constants.W_OK);
    return cache;
  } catch {
    return path.join(home, 'cache');
  }
}

function isExecutable(file: string): boolean {
  try {
    fs.accessSync(file, fs.constants.X_OK);
    return fs.statSync(file).isFile();
  } catch {
    return false;
  }
}
