import { setTimeout as wait } from 'node:timers/promises';
import type { Service } from '@tollgate/launch';
import type { CycleTools } from '../cycle.ts';
import type { Finding } from '../domain/oracle.ts';
import { randomFrom, wholeBetween } from '../domain/random.ts';
import { untilQuiet } from '../quiet.ts';
import { scenarioResult, type ScenarioResult } from './scenario-result.ts';
import { CALLS, startSpending } from './spending-crowd.ts';

const KILL_EVERY_MS = 1_000;
const MOST_MS = 120_000;
const SERVICES: readonly Service[] = [
  'gateway',
  'budget',
  'provider-adapter',
  'routing',
  'trace-ingest',
  'control-plane',
];

/**
 * The same crowd while an instance of a service is killed at random every second, several of which are often away at once: never
 * a unit more than the limit, nothing doubled, and nothing held once it is quiet. A call whose gateway and whose adapter are
 * both killed is on nobody's record: such, whose client got no answer at all, are counted and said.
 */
export async function randomKills(tools: CycleTools, seed: number): Promise<ScenarioResult> {
  const { system, reader } = tools;
  const random = randomFrom(seed);
  const { crowd, key, since, limitPicoUsd } = await startSpending(tools, 'random-kills');
  const all = SERVICES.flatMap((service) => system.instancesOf(service));
  let isOver = false;
  const kills: string[] = [];
  const killing = (async () => {
    for (const end = performance.now() + MOST_MS; !isOver && performance.now() < end; ) {
      await wait(KILL_EVERY_MS);
      const name = all[wholeBetween(random, 0, all.length - 1)] ?? '';
      system.kill(name);
      kills.push(name);
    }
  })();
  await Promise.race([crowd.ended(), killing]);
  isOver = true;
  const entries = await crowd.stop();
  await killing;
  const requests = { clients: entries, keyIds: [key.id], since };
  const quiet = await untilQuiet(reader, requests);
  const { served, settled } = await reader.read(requests);
  const shareOf = (amounts: readonly { readonly costPicoUsd: bigint }[]): number =>
    Number((amounts.reduce((sum, one) => sum + one.costPicoUsd, 0n) * 1_000n) / limitPicoUsd) / 10;
  const unanswered = new Set(entries.filter(({ status }) => status === 0).map(({ tag }) => tag));
  const isExcused = ({ kind, tag }: Finding): boolean =>
    kind === 'lost' && tag !== undefined && unanswered.has(tag);
  const excused = quiet.findings.filter(isExcused).length;
  const answered = entries.filter(({ status, end }) => status === 200 && end === 'finished').length;
  const summary = `${answered} of ${CALLS} calls answered, ${kills.length} kills, ${excused} calls lost with both of their processes; ${shareOf(settled)} % of the budget settled, ${shareOf(served)} % served`;
  return scenarioResult(
    'scenario random-kills',
    summary,
    quiet.findings.filter((one) => !isExcused(one)),
  );
}
