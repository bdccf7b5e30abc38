import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const VERSION = '1.15.2';

/** Installs the best-known Node gateway beside the checkout's data, once. Answers its start script, or null where it cannot be had. */
export function installPortkey(root: string): string | null {
  const folder = path.join(root, '.tollgate', 'bench', `portkey-${VERSION}`);
  const script = path.join(
    folder,
    'node_modules',
    '@portkey-ai',
    'gateway',
    'build',
    'start-server.js',
  );
  if (existsSync(script)) return script;
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'package.json'), '{"private": true}\n');
  const npm = spawnSync(
    'npm',
    [
      'install',
      `@portkey-ai/gateway@${VERSION}`,
      '--ignore-scripts',
      '--no-audit',
      '--no-fund',
      '--loglevel=error',
    ],
    { cwd: folder, stdio: ['ignore', 2, 2], timeout: 180_000 },
  );
  if (npm.status === 0 && existsSync(script)) return script;
  process.stderr.write(
    `@portkey-ai/gateway ${VERSION} could not be installed; its rows are left out\n`,
  );
  return null;
}
