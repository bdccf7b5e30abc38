import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { LoadGenerator, startScript } from './child.ts';
import { manyKeys } from './many-keys.ts';
import { measureSystem } from './measure.ts';
import { readBenchOptions } from './options.ts';
import { floor, hop, portkey, type SystemStarter, tollgate } from './systems.ts';
import { sixQuotas } from './six-quotas.ts';
import { soak } from './soak.ts';
import { formatTable, type Row, withRatios } from './table.ts';

/*
 * npm run bench: the same client and the same instant upstream for each system, one after the other, on one machine.
 * Ends with 1 when an answer was wrong, a request is not on record, memory grew (`--soak`,
 * `--keys`), or quotas cost too much (`--quotas`).
 */

const root = path.resolve(import.meta.dirname, '..', '..', '..');
const starters: Readonly<Record<string, SystemStarter>> = {
  floor,
  hop,
  standalone: tollgate('standalone'),
  translated: tollgate('standalone', true),
  distributed: tollgate('distributed'),
  portkey,
};

const options = readBenchOptions(process.argv.slice(2));
const simulator = path.join(root, 'tools', 'simulator', 'src', 'main.ts');
const upstream = await startScript(simulator, ['--port', '0']);
const client = new LoadGenerator();
const rows: Row[] = [];
const problems: string[] = [];
let floorName = '';

try {
  if (options.soakMinutes > 0) problems.push(...(await soak(root, client, options.soakMinutes)));
  else if (options.quotas) problems.push(...(await sixQuotas(root, client, options)));
  else if (options.keys > 0) problems.push(...(await manyKeys(root, options.keys)));
  else
    for (const name of options.systems) {
      const system = await starters[name]?.(root, upstream.url);
      if (!system) continue;
      if (name === 'floor') floorName = system.name;
      try {
        const measured = await measureSystem(system, client, options);
        rows.push(...measured.rows);
        problems.push(...measured.problems);
      } finally {
        await system.stop();
      }
    }
} finally {
  await client.stop();
  await upstream.stop();
}

const order = (row: Row): number => (row.kind === 'unary' ? 0 : 1_000) + row.connections;
const sorted = withRatios(rows, floorName).toSorted((a, b) => order(a) - order(b));
if (rows.length) process.stdout.write(`\n${formatTable(sorted)}\n`);
for (const problem of problems) process.stdout.write(`PROBLEM: ${problem}\n`);
if (options.output)
  writeFileSync(options.output, `${JSON.stringify({ rows: sorted, problems }, null, 2)}\n`);
process.exit(problems.length ? 1 : 0);
