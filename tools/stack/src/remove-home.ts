import fs from 'node:fs';
import path from 'node:path';
import { substituteHome } from './postgres/reachable.ts';

/**
 * Deletes a home and the data that had to be kept outside of it. The stack must be stopped; what
 * it held is gone for good.
 */
export function removeStackHome(home: string): void {
  const folder = path.resolve(home);
  fs.rmSync(folder, { recursive: true, force: true });
  fs.rmSync(substituteHome(folder), { recursive: true, force: true });
}
