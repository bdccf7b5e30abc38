import { readdir, rename, stat } from 'node:fs/promises';
import path from 'node:path';
import { errorCode } from './error-code.ts';
import { isOwnerGone, readSpoolName } from './spool-owner.ts';

/**
 * Takes over the spool files that nobody else will drain: whole ones, and open ones of processes that are gone.
 * A rename decides between several takers. Answers the new paths, oldest first.
 */
export async function claimLeftovers(
  folder: string,
  instanceId: string,
  newFile: () => string,
): Promise<string[]> {
  const claimed: string[] = [];
  for (const entry of (await readdir(folder)).sort()) {
    const name = readSpoolName(entry);
    if (name === undefined || name.instance === instanceId) continue;
    const file = path.join(folder, entry);
    try {
      if (name.state === 'open') {
        const { mtimeMs } = await stat(file);
        if (!isOwnerGone(name, mtimeMs, Date.now())) continue;
      }
      const mine = newFile();
      await rename(file, mine);
      claimed.push(mine);
    } catch (thrown) {
      // Somebody else was faster.
      if (errorCode(thrown) !== 'ENOENT') throw thrown;
    }
  }
  return claimed;
}
