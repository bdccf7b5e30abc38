import { readdirSync } from 'node:fs';
import path from 'node:path';

/** Composes the services in one process; no deployment of the services runs it beside them. */
const COMPOSED = 'standalone';

/** The folders of apps/: what has to be deployed. */
export function deployedServices(root: string): readonly string[] {
  return readdirSync(path.join(root, 'apps'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== COMPOSED)
    .map((entry) => entry.name)
    .filter((name) => name !== 'console');
}

/** `repository:tag` or `repository@digest`, with a version in full: `18` and `latest` move, `18.6` does not. */
export function isPinned(image: string): boolean {
  return /@sha256:[0-9a-f]{64}$/.test(image) || /:v?\d+\.\d+(\.\d+)*(-[a-z0-9.]+)*$/.test(image);
}
