import type { LoadGenerator } from './child.ts';
import { missingRecords, requestBody } from './measure.ts';
import { memoryMiB } from './processes.ts';
import { tollgate } from './systems.ts';

const CONNECTIONS = 2;
const LOOK_EVERY_MS = 10_000;
/** Growth below this is the allocators' business. */
const SLACK_MIB = 48;

/**
 * Loads Tollgate steadily and watches the memory of each process: what it holds in the last third of the run against
 * the middle third. Answers what grew, and what is not on record.
 */
export async function soak(
  root: string,
  client: LoadGenerator,
  minutes: number,
): Promise<readonly string[]> {
  const system = await tollgate('standalone')(root, '');
  if (!system) return ['Tollgate did not start'];
  const seen: Readonly<Record<string, number>>[] = [];
  const look = (): void => {
    const pids = Object.entries({ ...system.processes(), ...system.stores() });
    const now = Object.fromEntries(pids.map(([name, pid]) => [name, memoryMiB([pid])]));
    seen.push(now);
    const line = Object.entries(now).map(([name, mib]) => `${name} ${mib.toFixed(0)}`);
    process.stderr.write(`${(seen.length * LOOK_EVERY_MS) / 1_000} s: ${line.join(', ')} MiB\n`);
  };
  const timer = setInterval(look, LOOK_EVERY_MS);
  try {
    const result = await client.run({
      url: system.url,
      headers: system.headers,
      body: requestBody('unary'),
      connections: CONNECTIONS,
      durationMs: minutes * 60_000,
      expectedTail: '"total_tokens":200',
    });
    clearInterval(timer);
    process.stdout.write(`${result.requests} requests, ${result.wrong} wrong\n`);
    const wrong = result.wrong > 0 ? [`${result.wrong} wrong answers`] : [];
    return [
      ...wrong,
      ...grown(seen),
      ...(await missingRecords(system, result.requests - result.wrong)),
    ];
  } finally {
    clearInterval(timer);
    await system.stop();
  }
}

function grown(seen: readonly Readonly<Record<string, number>>[]): readonly string[] {
  const third = Math.floor(seen.length / 3);
  if (third === 0) return ['the run was too short to tell'];
  return Object.keys(seen.at(-1) ?? {}).flatMap((name) => {
    const values = seen.map((one) => one[name] ?? 0);
    const middle = median(values.slice(third, 2 * third));
    const last = median(values.slice(2 * third));
    process.stdout.write(`${name}: ${middle.toFixed(0)} MiB, then ${last.toFixed(0)} MiB\n`);
    const isFlat = last <= middle * 1.1 + SLACK_MIB;
    return isFlat ? [] : [`${name} grew from ${middle.toFixed(0)} to ${last.toFixed(0)} MiB`];
  });
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
