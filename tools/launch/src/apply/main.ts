import path from 'node:path';
import { applyFile } from './apply-file.ts';
import { findTarget } from './target.ts';

/*
 * npm run apply [file]: applies a tollgate.yaml (the one in the current folder by default) to the local installation, or to
 * the control plane that the environment names.
 */

const root = path.resolve(import.meta.dirname, '..', '..', '..', '..');
const [file = 'tollgate.yaml', ...rest] = process.argv.slice(2);
if (rest.length > 0 || file.startsWith('-')) {
  process.stderr.write('usage: npm run apply -- [file]\n');
  process.exit(2);
}

try {
  const { isApplied, lines } = await applyFile({
    file,
    // npm says where it was called; it runs us in the repository's root.
    folder: process.env.INIT_CWD ?? process.cwd(),
    environment: process.env,
    target: findTarget(process.env, root),
  });
  (isApplied ? process.stdout : process.stderr).write(`${lines.join('\n')}\n`);
  process.exitCode = isApplied ? 0 : 1;
} catch (error) {
  process.stderr.write(`${error instanceof Error ? describe(error) : String(error)}\n`);
  process.exitCode = 1;
}

/** The reason why a connection failed stands in the cause. */
function describe({ message, cause }: Error): string {
  return cause instanceof Error ? `${message}: ${cause.message}` : message;
}
