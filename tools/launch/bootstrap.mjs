#!/usr/bin/env node
// Runs on any Node ≥ 20: installs what is missing, then hands over to the Node that the project pins.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const modules = join(root, 'node_modules');
const stamp = join(modules, '.tollgate-installed');
const leastNode = [24, 9];

const commands = {
  start: 'tools/launch/src/start/main.ts',
  apply: 'tools/launch/src/apply/main.ts',
  test: 'tools/launch/src/test/main.ts',
  bench: 'tools/bench/src/main.ts',
  faults: 'tools/faults/src/main.ts',
  simulator: 'tools/simulator/src/main.ts',
};

const [command = '', ...rest] = process.argv.slice(2);
const script = commands[command];
if (!script) {
  console.error(
    `usage: node tools/launch/bootstrap.mjs ${Object.keys(commands).join('|')} [options]`,
  );
  process.exit(2);
}

install();
const node = findNode();
const child = spawn(
  node,
  [
    '--conditions=@tollgate/source',
    '--disable-warning=ExperimentalWarning',
    join(root, script),
    ...rest,
  ],
  {
    cwd: root,
    stdio: 'inherit',
    env: {
      ...process.env,
      PATH: [dirname(node), join(modules, '.bin'), process.env.PATH ?? ''].join(delimiter),
      NX_DAEMON: 'false',
      NX_NO_CLOUD: 'true',
      NX_TUI: 'false',
    },
  },
);
// A terminal sends Ctrl-C to the child too; a supervisor sends its signal here alone.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
  });
}
child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 1)));

/** Runs npm ci unless what is installed is what the lock says: by our own stamp, or by a later install of npm's. */
function install() {
  const lockFile = join(root, 'package-lock.json');
  const lock = createHash('sha256').update(readFileSync(lockFile)).digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  const npmsOwn = join(modules, '.package-lock.json');
  if (existsSync(npmsOwn) && statSync(npmsOwn).mtimeMs >= statSync(lockFile).mtimeMs) return;
  console.error('Installing packages (npm ci) …');
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const done = spawnSync(npm, ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  });
  if (done.status !== 0) {
    console.error('npm ci failed; see above.');
    process.exit(done.status ?? 1);
  }
  writeFileSync(stamp, lock);
}

function findNode() {
  const require = createRequire(join(root, 'package.json'));
  try {
    const packaged = dirname(
      require.resolve(`node-${process.platform}-${process.arch}/package.json`),
    );
    return join(packaged, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  } catch {
    const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
    if (major > leastNode[0] || (major === leastNode[0] && minor >= leastNode[1]))
      return process.execPath;
    console.error(
      `No packaged Node for ${process.platform}-${process.arch}: install Node ≥ ${leastNode.join('.')} yourself (this is ${process.version}).`,
    );
    process.exit(1);
  }
}
