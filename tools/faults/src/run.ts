import fs from 'node:fs';
import path from 'node:path';
import { auditAll } from './audit.ts';
import { runCycle } from './cycle.ts';
import { type FaultCase, planCases } from './domain/schedule.ts';
import { LogReader, type Requests } from './logs/log-reader.ts';
import { type FaultOptions, readOptions } from './options.ts';
import { describeCycle } from './report.ts';
import { runScenario } from './scenarios/run-scenario.ts';
import { Stage, TOKEN_PRICE } from './stage.ts';
import { FaultSystem } from './system/fault-system.ts';
import { SMALL_SHAPE, USUAL_SHAPE } from './system/shape.ts';
import { hasSmallDisks } from './system/small-disks.ts';

/*
 * The suite itself, in the home that `main.ts` has made for it. Stops when its standard input ends: then nobody is left to tell.
 */

const root = path.resolve(import.meta.dirname, '..', '..', '..');
const say = (line: string): void => void process.stdout.write(`${line}\n`);

const [home = '', ...args] = process.argv.slice(2);
const options = readOptions(args);
const began = performance.now();
fs.mkdirSync(path.join(home, 'logs'), { recursive: true });
const log = fs.createWriteStream(path.join(home, 'logs', 'suite.log'));
const system = await FaultSystem.start({
  root,
  home,
  shape: options.isSmall ? SMALL_SHAPE : USUAL_SHAPE,
  log: (line) => void log.write(`${new Date().toISOString()} ${line}\n`),
}).catch((error: unknown) => {
  say(`the system did not start: ${error instanceof Error ? error.message : String(error)}`);
  process.exit(1);
});
let isStopping = false;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, interrupt);
process.stdin.on('end', interrupt).resume();

const failures = await runAll(options);
if (!isStopping) {
  isStopping = true;
  await system.stop();
  process.exit(failures > 0 ? 1 : 0);
}

function interrupt(): void {
  if (isStopping) return;
  isStopping = true;
  void system.stop().then(() => process.exit(130));
}

async function runAll({ seed, scenarios }: FaultOptions): Promise<number> {
  const tools = {
    system,
    stage: await Stage.set(system),
    reader: new LogReader(() => system.facts(), TOKEN_PRICE),
  };
  const cases = plannedCases();
  say(
    `seed ${seed}: ${cases.length} cycles, ${scenarios.length} scenarios; ready after ${elapsed()}`,
  );
  const requests: Requests[] = [];
  let failed = 0;
  for (const name of scenarios) {
    const result = await runScenario(name, tools, seed);
    say(result.lines.join('\n'));
    if (!result.isPassed) failed++;
  }
  for (const one of cases) {
    const result = await runCycle(tools, one);
    requests.push(result.requests);
    say(describeCycle(result));
    if (result.findings.length > 0) failed++;
  }
  const audit = await auditAll(tools.reader, requests);
  say(audit.lines.join('\n'));
  if (!audit.isPassed) failed++;
  const total = cases.length + scenarios.length + 1;
  say(`${total - failed} of ${total} passed, ${failed} failed; seed ${seed}, ${elapsed()}`);
  return failed;
}

/** Full disks need small ones: where the kernel grants none, they are left out, and it is said. */
function plannedCases(): readonly FaultCase[] {
  const { faults, cycles, seed, victims } = options;
  if (cycles === 0) return [];
  if (hasSmallDisks(home)) return planCases({ seed, cycles, victims, faults });
  say('full-disk is left out: this machine lets nobody mount a small disk (unshare failed)');
  const others = faults.filter((fault) => fault !== 'full-disk');
  return planCases({ seed, cycles, victims, faults: others });
}

function elapsed(): string {
  const seconds = Math.round((performance.now() - began) / 1_000);
  return seconds < 90 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
