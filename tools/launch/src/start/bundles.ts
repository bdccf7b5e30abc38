import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, type RolldownOptions } from 'rolldown';
import type { Mode } from './options.ts';

export const SERVICES = [
  'control-plane',
  'trace-ingest',
  'budget',
  'routing',
  'provider-adapter',
  'gateway',
] as const;
export type Service = (typeof SERVICES)[number];
export type AppName = Service | 'standalone';

export const appsOf = (mode: Mode): readonly AppName[] =>
  mode === 'distributed' ? SERVICES : ['standalone'];

/** @param folder of all bundles, if not `apps/<name>/dist`; packages are looked up from there */
export const bundleOf = (root: string, app: AppName, folder?: string): string =>
  path.join(folder ? path.join(folder, app) : path.join(root, 'apps', app, 'dist'), 'main.js');

/** Bundles the apps, by the options that the build target uses too, into the files that `bundleOf` names. */
export async function bundleApps(
  root: string,
  apps: readonly AppName[],
  bundles?: string,
): Promise<void> {
  const file = pathToFileURL(path.join(root, 'rolldown.app.mjs')).href;
  const shared: { readonly default: RolldownOptions } = await import(file);
  await Promise.all(
    apps.map((app) => {
      const folder = path.join(root, 'apps', app);
      return build({
        ...shared.default,
        cwd: folder,
        output: { format: 'esm', sourcemap: true, dir: path.dirname(bundleOf(root, app, bundles)) },
        logLevel: 'warn',
      });
    }),
  );
}
