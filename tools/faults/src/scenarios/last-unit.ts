import type { CycleTools } from '../cycle.ts';
import type { Finding } from '../domain/oracle.ts';
import { untilQuiet } from '../quiet.ts';
import { scenarioResult, type ScenarioResult } from './scenario-result.ts';
import { CALLS, startSpending } from './spending-crowd.ts';

const LEAST_USED_PER_MILLE = 980n;

/** 200 clients spend one budget over all gateways and budget instances: never a unit more than it holds, and nearly all of it. */
export async function lastUnit(tools: CycleTools): Promise<ScenarioResult> {
  const { crowd, key, limitPicoUsd, since } = await startSpending(tools, 'last-unit');
  await crowd.ended();
  const entries = crowd.entries;
  const requests = { clients: entries, keyIds: [key.id], since };
  const quiet = await untilQuiet(tools.reader, requests);
  const { settled } = await tools.reader.read(requests);
  const spent = settled.reduce((sum, one) => sum + one.costPicoUsd, 0n);
  const findings: Finding[] = [...quiet.findings];
  const perMille = (spent * 1_000n) / limitPicoUsd;
  if (perMille < LEAST_USED_PER_MILLE)
    findings.push({ kind: 'stuck', text: `only ${spent} of ${limitPicoUsd} could be spent` });
  const answered = entries.filter(({ status }) => status === 200).length;
  const summary = `${answered} of ${CALLS} calls answered, ${Number(perMille) / 10} % of the budget spent, ${entries.length - answered} refused`;
  return scenarioResult('scenario last-unit', summary, findings);
}
