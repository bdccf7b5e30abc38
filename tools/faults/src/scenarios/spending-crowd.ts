import { formatUsd } from '@tollgate/contracts';
import { eventually } from '@tollgate/e2e';
import { Crowd, type Role } from '../clients/crowd.ts';
import { send } from '../clients/send.ts';
import type { CycleTools } from '../cycle.ts';
import { FAST_MODEL, type StageKey } from '../stage.ts';

export const CALLS = 1_000;
const CLIENTS = 200;
const TOKENS = 20;

export interface Spending {
  readonly crowd: Crowd;
  readonly key: StageKey;
  readonly limitPicoUsd: bigint;
  /** Index in the provider's journal where it begins. */
  readonly since: number;
}

/** 200 clients on one key whose hard money budget is worth exactly 1,000 of their calls; each goes on until it is refused for good. */
export async function startSpending(tools: CycleTools, name: string): Promise<Spending> {
  const { system, stage, reader } = tools;
  const cost = await costOfOne(tools, name);
  const limitPicoUsd = cost * BigInt(CALLS);
  const budget = { metric: 'cost', window: 'month', currency: 'USD', hard: true };
  const key = await stage.key(name, [{ ...budget, limit: formatUsd(limitPicoUsd) }]);
  const since = await reader.journalLength();
  const role: Role = {
    key,
    model: FAST_MODEL,
    stream: false,
    maxTokens: TOKENS,
    clients: CLIENTS,
    leavesEvery: 0,
    pauseMs: 0,
    isLast: ({ status, code }) => status === 402 && code === 'budget_exceeded',
  };
  const crowd = new Crowd({
    name,
    roles: [role],
    gateways: system.instancesOf('gateway'),
    urlOf: (gateway) => system.gatewayUrl(gateway),
  });
  return { crowd, key, limitPicoUsd, since };
}

/** Every call of these clients costs the same: what the ledger says of one. */
async function costOfOne({ system, stage, reader }: CycleTools, name: string): Promise<bigint> {
  const key = await stage.key(`${name} probe`, []);
  const [gateway = ''] = system.instancesOf('gateway');
  const since = await reader.journalLength();
  const call = { key, model: FAST_MODEL, stream: false, maxTokens: TOKENS, leaves: false };
  await send({ ...call, url: system.gatewayUrl(gateway), tag: `${name}-probe` });
  const [settlement] = await eventually(
    'the first call is settled',
    async () => (await reader.read({ clients: [], keyIds: [key.id], since })).settled,
    (settled) => settled.length === 1,
  );
  return settlement?.costPicoUsd ?? 0n;
}
