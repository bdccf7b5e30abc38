import { setTimeout as wait } from 'node:timers/promises';
import { eventually } from '@tollgate/e2e';
import { Crowd, type CrowdEntry, type Role } from './clients/crowd.ts';
import type { Finding } from './domain/oracle.ts';
import type { FaultCase } from './domain/schedule.ts';
import type { LogReader, Requests } from './logs/log-reader.ts';
import { untilQuiet } from './quiet.ts';
import { FAST_MODEL, SLOW_MODEL, type Stage } from './stage.ts';
import type { FaultSystem } from './system/fault-system.ts';
import { inject, nameOfVictim } from './system/inject.ts';

/** What came of a cycle. */
export interface CycleResult {
  readonly case: FaultCase;
  readonly requests: Requests;
  readonly name: string;
  readonly answered: number;
  readonly refused: number;
  /** The codes of refusals, and how many there were of each. */
  readonly codes: Readonly<Record<string, number>>;
  readonly broken: number;
  readonly settled: number;
  readonly recoveryMs: number;
  readonly quietMs: number;
  readonly waitedFor: readonly Finding[];
  readonly findings: readonly Finding[];
}

export interface CycleTools {
  readonly system: FaultSystem;
  readonly stage: Stage;
  readonly reader: LogReader;
}

/** Whole answers from each gateway that prove that traffic flows. */
const FLOWING = 4;
const FLOWS_WITHIN_MS = 60_000;
const TOKENS = 20;

/** Traffic, the fault in the middle of it, traffic again on every gateway; then quiet, and the oracle. */
export async function runCycle(tools: CycleTools, fault: FaultCase): Promise<CycleResult> {
  const { system, reader } = tools;
  const roles = await rolesOf(tools, fault.number);
  const since = await reader.journalLength();
  const gateways = system.instancesOf('gateway');
  const urlOf = (gateway: string): string => system.gatewayUrl(gateway);
  const crowd = new Crowd({ name: `c${fault.number}`, roles, gateways, urlOf });
  const findings: Finding[] = [];
  let recoveryMs = 0;
  try {
    await untilFlowing(crowd, gateways);
    await wait(fault.afterMs);
    await inject(system, fault);
    const healedAt = performance.now();
    await untilFlowing(crowd, gateways);
    recoveryMs = performance.now() - healedAt;
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    findings.push({ kind: 'stuck', text });
  }
  const entries = await crowd.stop();
  const keyIds = [...new Set(roles.map(({ key }) => key.id))];
  const requests = { clients: entries, keyIds, since };
  const quiet = await untilQuiet(reader, requests);
  return {
    case: fault,
    requests,
    name: nameOfVictim(system, fault),
    ...countsOf(entries),
    settled: quiet.settled,
    recoveryMs,
    quietMs: quiet.ms,
    waitedFor: quiet.waitedFor,
    findings: [...findings, ...quiet.findings],
  };
}

async function untilFlowing(crowd: Crowd, gateways: readonly string[]): Promise<void> {
  const from = performance.now();
  await eventually(
    'every gateway answers',
    () => gateways.map((gateway) => crowd.answersFrom(gateway, from)),
    (counts) => counts.every((count) => count >= FLOWING),
    FLOWS_WITHIN_MS,
  );
}

/** Keys of this cycle alone: one with room for all, one that runs out, one whose limit is soft and whose calls are few at once; whole, streamed, and left. */
async function rolesOf({ stage }: CycleTools, number: number): Promise<readonly Role[]> {
  const month = { window: 'month', hard: true };
  const cost = { ...month, metric: 'cost', currency: 'USD' };
  const [roomy, tight, soft] = await Promise.all([
    stage.key(`roomy ${number}`, [
      { ...cost, limit: '5' },
      { ...month, metric: 'requests', limit: '100000' },
      { ...month, metric: 'tokens', limit: '100000000' },
    ]),
    stage.key(`tight ${number}`, [{ ...cost, limit: '0.01' }]),
    stage.key(`soft ${number}`, [
      { ...month, metric: 'requests', limit: '20', hard: false },
      { metric: 'concurrency', limit: '2', hard: true },
    ]),
  ]);
  const role = { maxTokens: TOKENS, leavesEvery: 0, pauseMs: 40, clients: 2 };
  const fast = { ...role, model: FAST_MODEL, stream: false };
  const slow = { ...role, model: SLOW_MODEL, stream: true };
  return [
    { ...fast, key: roomy },
    { ...slow, key: roomy },
    { ...fast, key: tight },
    { ...slow, key: soft, leavesEvery: 3 },
    { ...slow, key: soft, stream: false, clients: 1 },
  ];
}

function countsOf(entries: readonly CrowdEntry[]) {
  const answered = entries.filter(({ status, end }) => status === 200 && end === 'finished').length;
  const refusals = entries.filter(({ status }) => status >= 400);
  const refused = refusals.length;
  const byCode = Map.groupBy(refusals, ({ status, code }) => `${status} ${code ?? ''}`.trim());
  const codes = Object.fromEntries([...byCode].map(([code, those]) => [code, those.length]));
  return { answered, refused, codes, broken: entries.length - answered - refused };
}
