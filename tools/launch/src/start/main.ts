import path from 'node:path';
import { banner } from './banner.ts';
import { startInstallation } from './installation.ts';
import { readOptions, type StartOptions, UsageError } from './options.ts';

const began = performance.now();
const root = path.resolve(import.meta.dirname, '..', '..', '..', '..');
const log = (line: string): void => void process.stderr.write(`${line}\n`);

const options = optionsOrExit();
let isInterrupted = false;
const starting = startInstallation(root, options, process.env, log);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);

try {
  const { facts } = await starting;
  if (!isInterrupted) process.stdout.write(banner(facts, (performance.now() - began) / 1000));
} catch (error) {
  log(`Tollgate did not start: ${error instanceof Error ? error.message : String(error)}`);
  process.exit(1);
}

function stop(): void {
  if (isInterrupted) return;
  isInterrupted = true;
  log('\nStopping …');
  starting
    .then((installation) => installation.stop())
    .then(
      () => process.exit(0),
      (error: unknown) => {
        log(`Stopping failed: ${error instanceof Error ? error.message : String(error)}`);
        process.exit(1);
      },
    );
}

function optionsOrExit(): StartOptions {
  try {
    return readOptions(process.argv.slice(2), process.env, root);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    log(error.message);
    process.exit(2);
  }
}
