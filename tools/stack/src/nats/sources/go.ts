import path from 'node:path';
import { run } from '../../process/run.ts';
import { natsVersion } from '../source.ts';

const versionTimeoutMs = 10_000;
const buildTimeoutMs = 300_000;
const oldestMinor = 24;

/** Builds the server with the Go toolchain on PATH; modules are verified by Go's checksum database. */
export async function fetchWithGo(folder: string): Promise<string> {
  const version = await run('go', ['version'], { timeoutMs: versionTimeoutMs }).catch(() => {
    throw new Error('no Go toolchain on PATH');
  });
  const minor = Number(/go1\.(\d+)/.exec(version)?.[1] ?? 0);
  if (minor < oldestMinor) throw new Error(`needs Go 1.${oldestMinor}, found ${version.trim()}`);
  const module = `github.com/nats-io/nats-server/v2@v${natsVersion}`;
  const env = { ...process.env, GOBIN: folder, CGO_ENABLED: '0' };
  await run('go', ['install', module], { timeoutMs: buildTimeoutMs, env, cwd: folder });
  return path.join(folder, 'nats-server');
}
