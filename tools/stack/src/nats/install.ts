import fs from 'node:fs';
import path from 'node:path';
import { errorMessage } from '../process/error-facts.ts';
import { run } from '../process/run.ts';
import { type FetchNatsServer, type NatsSource, natsSources } from './source.ts';
import { fetchFromApt } from './sources/apt.ts';
import { fetchWithGo } from './sources/go.ts';
import { fetchRelease } from './sources/release.ts';

type Fetchers = Readonly<Record<NatsSource, FetchNatsServer>>;

const realFetchers: Fetchers = { release: fetchRelease, apt: fetchFromApt, go: fetchWithGo };

const versionTimeoutMs = 10_000;

/** Where an installed server of this source stands in a cache folder. */
export function cachedBinary(cacheFolder: string, source: NatsSource): string {
  return path.join(cacheFolder, `nats-server-${source}`, 'nats-server');
}

/**
 * Fetches a nats-server into the cache from the first source that works and returns its path.
 * If none works, the error lists each source with its reason.
 */
export async function installNatsServer(
  cacheFolder: string,
  sources: readonly NatsSource[],
  log: (line: string) => void,
  fetchers: Fetchers = realFetchers,
): Promise<string> {
  const reasons: string[] = [];
  for (const source of sources) {
    try {
      const binary = await installFrom(source, fetchers[source], cacheFolder);
      log(`nats: installed from ${source}: ${binary}`);
      return binary;
    } catch (error) {
      const reason = errorMessage(error);
      reasons.push(`${source}: ${reason}`);
      log(`nats: not from ${source}: ${reason}`);
    }
  }
  throw new Error(
    `No nats-server: put one on PATH, or name one in NATS_SERVER, or set NATS_URL. Tried:\n  ${reasons.join('\n  ')}`,
  );
}

/** The install appears by one rename: two starts at once, or one that is cut off, do no harm. */
async function installFrom(
  source: NatsSource,
  fetchServer: FetchNatsServer,
  cacheFolder: string,
): Promise<string> {
  const binary = cachedBinary(cacheFolder, source);
  fs.mkdirSync(cacheFolder, { recursive: true });
  const work = fs.mkdtempSync(path.join(cacheFolder, `.install-${source}-`));
  try {
    const fetched = await fetchServer(work);
    await run(fetched, ['--version'], { timeoutMs: versionTimeoutMs });
    const ready = path.join(work, 'ready');
    fs.mkdirSync(ready);
    fs.renameSync(fetched, path.join(ready, 'nats-server'));
    fs.chmodSync(path.join(ready, 'nats-server'), 0o755);
    try {
      fs.renameSync(ready, path.dirname(binary));
    } catch (error) {
      if (!fs.existsSync(binary)) throw error;
    }
    return binary;
  } finally {
    fs.rmSync(work, { recursive: true, force: true });
  }
}

/** Reads `TOLLGATE_NATS_SOURCE`; undefined where it is not set. */
export function parseForcedSource(value: string | undefined): NatsSource | undefined {
  if (value === undefined || value === '') return undefined;
  const source = natsSources.find((name) => name === value);
  if (source) return source;
  throw new Error(`TOLLGATE_NATS_SOURCE is ${value}; it can be ${natsSources.join(', ')}`);
}
