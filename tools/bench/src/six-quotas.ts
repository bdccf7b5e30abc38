import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type DevFacts, type Mode, startInstallation } from '@tollgate/launch';
import { removeStackHome } from '@tollgate/stack';
import { keyWith } from './bench-keys.ts';
import type { LoadGenerator } from './child.ts';
import { requestBody } from './measure.ts';
import type { BenchOptions } from './options.ts';
import { cpuMs } from './processes.ts';

/** Each key is measured as often, in turns, so that what else the machine does meets both. */
const ROUNDS = 4;
const CONNECTIONS = 8;
const MOST_RATIO = 1.1;
/** Far away: the question is what quotas cost that nobody is near to. */
const FAR = 1_000_000_000;

const ONE_QUOTA = {
  budgets: [{ metric: 'cost', window: 'month', limit: String(FAR), currency: 'USD', hard: true }],
};
const SIX_QUOTAS = {
  rateLimit: FAR,
  tokenLimit: FAR,
  budgets: [
    ...ONE_QUOTA.budgets,
    { metric: 'cost', window: 'day', limit: String(FAR), currency: 'EUR', hard: true },
    { metric: 'tokens', window: 'day', limit: String(FAR), hard: true },
    { metric: 'requests', window: 'hour', limit: String(FAR), hard: true },
  ],
};

/**
 * Loads a key with one quota and a key with six in turns, in both modes, and compares the processor time of a request over
 * all of Tollgate's processes and NATS. Answers what is not as it must be: a ratio above 1.1, or wrong answers.
 */
export async function sixQuotas(
  root: string,
  client: LoadGenerator,
  options: BenchOptions,
): Promise<readonly string[]> {
  const problems: string[] = [];
  for (const mode of ['standalone', 'distributed'] as const) {
    problems.push(...(await compareIn(mode, root, client, options)));
  }
  return problems;
}

async function compareIn(
  mode: Mode,
  root: string,
  client: LoadGenerator,
  options: BenchOptions,
): Promise<readonly string[]> {
  const home = mkdtempSync(path.join(tmpdir(), 'tollgate-bench-'));
  const ports = { gatewayPort: 0, controlPlanePort: 0, simulatorPort: 0 };
  const settings = { mode, fresh: false, home, configFile: undefined, ...ports };
  const installation = await startInstallation(root, settings, {}, (line) =>
    process.stderr.write(`${line}\n`),
  );
  const { facts } = installation;
  try {
    const one = await keyWith(facts, 'one quota', ONE_QUOTA);
    const six = await keyWith(facts, 'six quotas', SIX_QUOTAS);
    const problems: string[] = [];
    const spent: Record<string, number[]> = { [one]: [], [six]: [] };
    const load = async (key: string, durationMs: number): Promise<number> => {
      const before = cpuOf(facts);
      const result = await client.run({
        url: `${facts.gatewayUrl}/v1/chat/completions`,
        headers: { authorization: `Bearer ${key}` },
        body: requestBody('unary'),
        connections: CONNECTIONS,
        durationMs,
        expectedTail: '"total_tokens":200',
      });
      if (result.wrong > 0) problems.push(`${mode}: ${result.wrong} wrong, ${result.firstWrong}`);
      return (cpuOf(facts) - before) / result.requests;
    };
    await load(one, options.warmUpMs);
    await load(six, options.warmUpMs);
    for (let round = 0; round < ROUNDS; round++) {
      // The order changes, so that neither always runs while the other's records are being stored.
      for (const key of round % 2 === 0 ? [one, six] : [six, one])
        spent[key]?.push(await load(key, options.durationMs));
    }
    const [low = 0, high = 0] = [one, six].map((key) => mean(spent[key] ?? []));
    const ratio = high / low;
    const figures = `${low.toFixed(3)} ms with one quota, ${high.toFixed(3)} ms with six: ${ratio.toFixed(2)} ×`;
    process.stdout.write(`${mode}, ${CONNECTIONS} connections: ${figures}\n`);
    return ratio <= MOST_RATIO ? problems : [...problems, `${mode}: ${figures}`];
  } finally {
    await installation.stop();
    removeStackHome(home);
  }
}

/** Processor time so far of all processes but the stores and the simulated provider, milliseconds. */
function cpuOf({ pids }: DevFacts): number {
  const apart = new Set(['postgres', 'clickhouse', 'simulator']);
  return cpuMs(Object.entries(pids).flatMap(([name, pid]) => (apart.has(name) ? [] : [pid])));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
