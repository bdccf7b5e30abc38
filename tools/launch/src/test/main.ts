import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { addCounts, type Counts, NONE, readJestResults } from './results.ts';

/*
 * npm test: format, lint, types, then every project's tests, then the end-to-end tests and faults by themselves, since each of those
 * starts the whole system. Goes on after a failure, and closes with one line that counts all.
 */

const root = path.resolve(import.meta.dirname, '..', '..', '..', '..');
const alone = ['e2e', 'faults'];
const began = performance.now();

let total: Counts = NONE;
const failures: string[] = [];

/** A clean run proves itself: results that Nx remembers from elsewhere on the machine do not count there. */
const fresh = process.env.CI ? ['--skip-nx-cache'] : [];

check('format', ['biome', 'format', '.']);
check('lint', ['nx', 'run', 'workspace:lint', ...fresh]);
check('boundaries', ['nx', 'run', 'workspace:boundaries']);
check('types', ['nx', 'run-many', '-t', 'typecheck', ...fresh]);
suites([
  'nx',
  'run-many',
  '-t',
  'test',
  '--nxBail=false',
  `--exclude=${alone.join(',')}`,
  ...fresh,
]);
for (const project of alone) suites(['nx', 'run', `${project}:test`, ...fresh]);

total = addCounts(total, readJestResults(root));
for (const name of failures) process.stdout.write(`FAILED: ${name}\n`);
process.stdout.write(`\n${Math.round((performance.now() - began) / 1000)} s\n`);
process.stdout.write(
  `${total.passed} passed, ${total.failed} failed${total.skipped ? `, ${total.skipped} skipped` : ''}\n`,
);
process.exit(failures.length || total.failed ? 1 : 0);

/** A command that passes or fails as a whole. */
function check(name: string, command: readonly string[]): void {
  const isPassed = run(command);
  if (!isPassed) failures.push(name);
  total = addCounts(total, { ...NONE, [isPassed ? 'passed' : 'failed']: 1 });
}

/** Test suites: their tests are counted from what Jest wrote. A run that fails without a failed test still fails. */
function suites(command: readonly string[]): void {
  if (!run(command)) failures.push(command.join(' '));
}

function run([program = '', ...args]: readonly string[]): boolean {
  process.stdout.write(`\n> ${program} ${args.join(' ')}\n`);
  const script = path.join(root, 'node_modules', '.bin', program);
  return spawnSync(script, args, { cwd: root, stdio: 'inherit' }).status === 0;
}
