import { execFile } from 'node:child_process';
import { cpSync, globSync, mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** What the Dockerfile copies into its stage of manifests. */
const MANIFESTS = [
  'package.json',
  'package-lock.json',
  '.npmrc',
  'apps/*/package.json',
  'libs/*/package.json',
  'tools/*/package.json',
];

/**
 * Builds in `folder` what an image of the Dockerfile holds: packages that production needs, by the lockfile, and the
 * bundles of the apps, by the options of their build target. Takes packages from npm's cache where they are there.
 */
export async function stageImage(
  root: string,
  folder: string,
  apps: readonly string[],
): Promise<void> {
  for (const file of globSync(MANIFESTS, { cwd: root })) copy(root, folder, file);
  await installProductionPackages(folder);
  for (const name of ['node_modules/@tollgate', 'apps', 'libs', 'tools'])
    rmSync(path.join(folder, name), { recursive: true, force: true });
  for (const app of apps) await bundle(root, app, path.join(folder, 'apps', app, 'dist'));
  copy(root, folder, 'deploy/images/healthcheck.mjs', 'healthcheck.mjs');
}

async function installProductionPackages(folder: string): Promise<void> {
  const flags = ['--omit=dev', '--omit=optional', '--ignore-scripts', '--prefer-offline'];
  await run('npm', ['ci', ...flags], { cwd: folder, env: withoutNpm(process.env) });
}

async function bundle(root: string, app: string, target: string): Promise<void> {
  const rolldown = path.join(root, 'node_modules', '.bin', 'rolldown');
  const args = ['-c', path.join(root, 'rolldown.app.mjs'), '-d', target];
  await run(rolldown, args, { cwd: path.join(root, 'apps', app) });
}

/** An npm that is run by npm would take over the outer one's configuration. */
function withoutNpm(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(environment).filter(
      ([name]) => !name.startsWith('npm_config_') && name !== 'NODE_OPTIONS',
    ),
  );
}

function copy(root: string, folder: string, file: string, as = file): void {
  const target = path.join(folder, as);
  mkdirSync(path.dirname(target), { recursive: true });
  cpSync(path.join(root, file), target);
}
