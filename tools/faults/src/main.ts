import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { removeStackHome } from '@tollgate/stack';
import { readOptions, UsageError } from './options.ts';
import { DISKS_VARIABLE, withSmallDisks } from './system/small-disks.ts';

/*
 * npm run test:faults: the whole system as processes, hurt again and again, and an oracle that compares what clients,
 * provider, ledger and store noted. Prints one line a case and a total; ends with 1 when anything was lost, doubled, held,
 * overspent or different. This process makes the home, starts the suite where it has small disks, and clears away.
 */

const args = process.argv.slice(2);
checkOrExit();
const home = makeHome();
const suite = [
  process.execPath,
  ...process.execArgv,
  path.join(import.meta.dirname, 'run.ts'),
  home,
];
const wrapped = withSmallDisks(home, [...suite, ...args]);
const [command = '', ...rest] = wrapped ?? [...suite, ...args];
const child = spawn(command, rest, {
  stdio: ['pipe', 'inherit', 'inherit'],
  env: { ...process.env, [DISKS_VARIABLE]: wrapped ? home : '' },
  // Ctrl-C reaches this process alone, which passes it on once.
  detached: true,
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => {
  clearAway(code === 0 || code === 130);
  process.exit(code ?? (signal ? 1 : 0));
});

function checkOrExit(): void {
  try {
    readOptions(args);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(2);
  }
}

/** Others may pass through: Postgres, which is not run by root, must. */
function makeHome(): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'tollgate-faults-'));
  fs.chmodSync(folder, 0o711);
  return folder;
}

/** Keeps nothing but the logs of a run that failed. */
function clearAway(isPassed: boolean): void {
  const logs = path.join(home, 'logs');
  if (!isPassed && fs.existsSync(logs)) {
    fs.cpSync(logs, `${home}-logs`, { recursive: true });
    process.stdout.write(`logs: ${home}-logs\n`);
  }
  removeStackHome(home);
}
