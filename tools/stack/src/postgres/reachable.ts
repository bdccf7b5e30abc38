import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';

/** Survives a restart of the machine, unlike /tmp, and is reachable by everybody. */
const sharedRoot = '/var/tmp';

/** True if every folder from the root to this one lets any user pass. */
export function isReachableByOthers(folder: string): boolean {
  for (let current = path.resolve(folder); ; current = path.dirname(current)) {
    if ((fs.statSync(current).mode & 0o001) === 0) return false;
    if (current === path.dirname(current)) return true;
  }
}

/**
 * A folder of ours below /var/tmp, made on first use. Anybody may create names there, so one that
 * belongs to somebody else is refused rather than trusted.
 */
export function ownedFolder(name: string): string {
  const folder = path.join(sharedRoot, name);
  fs.mkdirSync(folder, { recursive: true, mode: 0o755 });
  const found = fs.lstatSync(folder);
  if (!found.isDirectory() || found.uid !== process.getuid?.() || (found.mode & 0o022) !== 0) {
    throw new Error(`${folder} exists and is not ours alone; remove it`);
  }
  return folder;
}

/** Where the data of a home goes that the server's user cannot reach. */
export function substituteHomeName(home: string): string {
  return `tollgate-${createHash('sha256').update(path.resolve(home)).digest('hex').slice(0, 16)}`;
}

/** The folder that replaces an unreachable home, whether it exists or not. */
export function substituteHome(home: string): string {
  return path.join(sharedRoot, substituteHomeName(home));
}
