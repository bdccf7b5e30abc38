import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { choosePort } from '@tollgate/stack';
import { startInstallation } from '../src/index.ts';

const checkout = path.resolve(import.meta.dirname, '..', '..', '..');

/** Command lines of the processes that this one has started and that are alive. Linux alone knows them so. */
function children(): readonly string[] {
  const tasks = readdirSync('/proc/self/task');
  const pids = tasks.flatMap((task) =>
    readFileSync(`/proc/self/task/${task}/children`, 'utf8').split(' ').filter(Boolean),
  );
  return pids.map((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' '));
}

const FAILS_LATER = `
import { readdirSync, readFileSync } from 'node:fs';
const read = (file) => readFileSync('/proc/' + file, 'utf8');
const children = () => readdirSync('/proc/self/task').flatMap((task) => read('self/task/' + task + '/children').split(' ').filter(Boolean));
const late = async () => {
  while (!children().some((pid) => read(pid + '/cmdline').includes('simulator'))) await new Promise((resolve) => setTimeout(resolve, 2));
  throw new Error('no bundle today');
};
export default { input: 'main.ts', get plugins() { return late(); } };
`;

const onLinux = process.platform === 'linux' ? it : it.skip;

describe('a start that fails', () => {
  // Elsewhere skipped: the children of a process are read from /proc.
  onLinux('stops what was starting beside the part that failed', async () => {
    const root = mkdtempSync(path.join(tmpdir(), 'tollgate-launch-'));
    try {
      // Bundling fails as soon as the simulated provider is a process, and before it is ready.
      writeFileSync(path.join(root, 'rolldown.app.mjs'), FAILS_LATER);
      mkdirSync(path.join(root, 'apps', 'standalone'), { recursive: true });
      for (const folder of ['tools', 'node_modules'])
        symlinkSync(path.join(checkout, folder), path.join(root, folder));
      const home = path.join(root, 'home');
      mkdirSync(home);
      const simulatorPort = await choosePort(0);
      const elsewhere = {
        NATS_URL: 'nats://127.0.0.1:1',
        POSTGRES_URL: 'postgres://127.0.0.1:1/none',
        CLICKHOUSE_URL: 'http://127.0.0.1:1',
      };
      const options = {
        mode: 'standalone',
        fresh: false,
        home,
        gatewayPort: 0,
        controlPlanePort: 0,
        simulatorPort,
        configFile: undefined,
      } as const;
      const starting = startInstallation(root, options, elsewhere, () => undefined);
      await expect(starting).rejects.toThrow('no bundle today');
      expect(children().filter((line) => line.includes(String(simulatorPort)))).toEqual([]);
    } finally {
      rmSync(root, { recursive: true, force: true });
    }
  });
});
