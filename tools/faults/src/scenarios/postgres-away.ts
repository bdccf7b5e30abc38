import { eventually } from '@tollgate/e2e';
import { Crowd, type CrowdEntry, type Role } from '../clients/crowd.ts';
import type { CycleTools } from '../cycle.ts';
import type { Finding } from '../domain/oracle.ts';
import { untilQuiet } from '../quiet.ts';
import { FAST_MODEL } from '../stage.ts';
import { scenarioResult, type ScenarioResult } from './scenario-result.ts';

const AWAY_MS = 60_000;
const FLOWING = 10;
const BACK_WITHIN_MS = 60_000;

/**
 * Postgres is down for a minute: keys with soft limits go on, hard ones go on while their grants last and then fail closed
 * with `overloaded` and `retry-after`; once it is back, nothing was counted twice.
 */
export async function postgresAway(tools: CycleTools): Promise<ScenarioResult> {
  const { system, stage, reader } = tools;
  const budget = { metric: 'requests', window: 'month', limit: '1000000' };
  const [soft, hard] = await Promise.all([
    stage.key('soft while away', [{ ...budget, hard: false }]),
    stage.key('hard while away', [{ ...budget, hard: true }]),
  ]);
  const since = await reader.journalLength();
  const role = { model: FAST_MODEL, stream: false, maxTokens: 20, leavesEvery: 0, pauseMs: 100 };
  const roles: readonly Role[] = [soft, hard].map((key) => ({ ...role, key, clients: 3 }));
  const gateways = system.instancesOf('gateway');
  const urlOf = (gateway: string): string => system.gatewayUrl(gateway);
  const crowd = new Crowd({ name: 'away', roles, gateways, urlOf });
  const answers = (keyId: string, from: number) =>
    crowd.entries.filter((one) => one.keyId === keyId && one.at >= from && one.status === 200);
  const flows = (keyId: string, from: number) =>
    eventually(
      'traffic flows',
      () => answers(keyId, from).length,
      (n) => n >= FLOWING,
      BACK_WITHIN_MS,
    );
  await Promise.all([flows(soft.id, 0), flows(hard.id, 0)]);
  const downAt = performance.now();
  await system.takeDown('postgres', AWAY_MS);
  const backAt = performance.now();
  await flows(hard.id, backAt);
  const entries = await crowd.stop();
  const quiet = await untilQuiet(reader, {
    clients: entries,
    keyIds: [soft.id, hard.id],
    since,
  });
  const during = entries.filter(({ at }) => at >= downAt && at < backAt);
  const softDuring = during.filter(({ keyId }) => keyId === soft.id);
  const hardDuring = during.filter(({ keyId }) => keyId === hard.id);
  const findings = [...quiet.findings, ...judgeSoft(softDuring), ...judgeHard(hardDuring)];
  const closed = hardDuring.filter(({ status }) => status !== 200).length;
  const summary = `${AWAY_MS / 1_000} s away: soft ${softDuring.length} answered; hard ${hardDuring.length - closed} answered, then ${closed} refused`;
  return scenarioResult('scenario postgres-away', summary, findings);
}

function judgeSoft(entries: readonly CrowdEntry[]): readonly Finding[] {
  return entries
    .filter(({ status }) => status !== 200)
    .map(({ tag, status, code }) => ({ kind: 'stuck', text: `soft ${tag}: ${status} ${code}` }));
}

/** First answers, then refusals, each of which says how long to wait. */
function judgeHard(entries: readonly CrowdEntry[]): readonly Finding[] {
  const refusals = entries.filter(({ status }) => status !== 200);
  const unclear = refusals.filter(
    ({ status, code, retryAfter }) =>
      status !== 503 || code !== 'overloaded' || !(Number(retryAfter) > 0),
  );
  const findings: Finding[] = unclear.map(({ tag, status, code, retryAfter }) => ({
    kind: 'stuck',
    text: `hard ${tag}: ${status} ${code}, retry-after ${retryAfter}`,
  }));
  if (entries[0]?.status !== 200)
    findings.push({ kind: 'stuck', text: 'hard: grants did not last for one call' });
  if (entries.at(-1)?.status !== 503)
    findings.push({ kind: 'stuck', text: 'hard: it did not fail closed' });
  return findings;
}
