import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';

const IMPORT = /(?:^import (?:.* from )?|\bimport\()"([^"./][^"]*)"/gm;

/** The packages that the bundles under `folder` import, at once or later. */
export function bundleImports(folder: string): readonly string[] {
  const files = globSync('apps/*/dist/*.js', { cwd: folder });
  const found = files.flatMap((file) =>
    [...readFileSync(path.join(folder, file), 'utf8').matchAll(IMPORT)].map(
      ([, name = '']) => name,
    ),
  );
  return [...new Set(found)].filter((name) => !name.startsWith('node:')).sort();
}
