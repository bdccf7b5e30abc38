import { randomFillSync } from 'node:crypto';
import { createIdFactory, type QuotaDefinition, type RequestRecord } from '@tollgate/contracts';
import { signalTree, useStack } from '@tollgate/test-harness';
import { Database } from '../src/adapters/postgres/database.ts';
import { migrate } from '../src/adapters/postgres/migrate.ts';
import { PostgresLedger } from '../src/adapters/postgres/postgres-ledger.ts';

export const createId = createIdFactory({
  now: () => Date.now(),
  fillRandom: (bytes) => void randomFillSync(bytes),
});

export interface LedgerFixture {
  url(): string;
  database(): Database;
  ledger(): PostgresLedger;
  /** Another pool on the same books: another instance. */
  another(): { readonly database: Database; readonly ledger: PostgresLedger };
  restartPostgres(): Promise<void>;
  killPostgres(): void;
  empty(): Promise<void>;
}

/** A real Postgres with the budget's schema, for the tests of a file. */
export function useLedger(): LedgerFixture {
  const stack = useStack({ only: ['postgres'] });
  const opened: Database[] = [];
  const open = (): Database => {
    const database = new Database({
      url: stack.postgresUrl(),
      connections: 10,
      connectTimeoutMs: 2_000,
      statementTimeoutMs: 10_000,
      onError: () => undefined,
    });
    opened.push(database);
    return database;
  };
  const lease = { leaseMs: 10_000, leastLeaseMs: 1_000 };
  let database: Database | undefined;
  beforeAll(async () => {
    await migrate(stack.postgresUrl());
    database = open();
  }, 60_000);
  afterAll(async () => {
    await Promise.all(opened.map((one) => one.stop()));
  });
  const own = (): Database => {
    if (database) return database;
    throw new Error('The ledger is there during tests only');
  };
  return {
    url: () => stack.postgresUrl(),
    database: own,
    ledger: () => new PostgresLedger(own(), lease),
    another: () => {
      const other = open();
      return { database: other, ledger: new PostgresLedger(other, lease) };
    },
    restartPostgres: () => stack.stack().restart('postgres'),
    // Its backends would serve on for a moment.
    killPostgres: () => signalTree(stack.stack().pids.postgres ?? 0, 'SIGKILL'),
    empty: async () => {
      await own().query(
        'truncate budget.quota_alert, budget.quota_window, budget.budget_grant, budget.settlement, budget.settlement_rate, budget.ledger_entry',
        [],
      );
    },
  };
}

/** A hard quota on all requests, for ever. */
export function quotaOf(changes: Partial<QuotaDefinition> = {}): QuotaDefinition {
  return {
    quotaId: createId('quota'),
    scope: 'key',
    scopeId: 'key_1',
    metric: 'requests',
    window: 'total',
    limit: '50',
    currency: null,
    usdPerUnit: null,
    timezone: 'UTC',
    hard: true,
    alertPct: [],
    ...changes,
  };
}

/** A record of one answered call. */
export function recordOf(changes: Partial<RequestRecord> = {}): RequestRecord {
  const usage = {
    inputTokens: 10,
    cachedInputTokens: 0,
    cacheWriteTokens: 0,
    cacheWrite1hTokens: 0,
    inputAudioTokens: 0,
    outputTokens: 5,
    reasoningTokens: 0,
    outputAudioTokens: 0,
  };
  const costPicoUsd = changes.costPicoUsd ?? '1000';
  return {
    v: 1,
    id: createId('request'),
    organizationId: 'org_1',
    projectId: 'prj_1',
    keyId: 'key_1',
    routeId: 'rte_1',
    routeVersion: 1,
    traceparent: '',
    clientRequestId: null,
    startedAt: Date.now(),
    operation: 'chat',
    dialect: 'openai-chat',
    stream: false,
    strategy: 'priority',
    modelAsked: null,
    aiProviderId: 'aip_1',
    provider: 'openai',
    model: 'gpt-5',
    outcome: 'completed',
    status: 200,
    code: null,
    failure: null,
    finishReason: 'stop',
    usage,
    usageSource: 'provider',
    costPicoUsd,
    costParts: { input: '0', cachedInput: '0', cacheWrite: '0', output: '0' },
    unpriced: false,
    priceVersion: 'p1',
    attempts: [
      {
        aiProviderId: 'aip_1',
        provider: 'openai',
        model: 'gpt-5',
        status: 200,
        code: null,
        startedAt: Date.now(),
        durationMs: 5,
        usage,
        costPicoUsd,
      },
    ],
    timings: { authMs: 0, planMs: 0, grantMs: 0, providerMs: 5, ttftMs: null, totalMs: 5 },
    draw: null,
    droppedParams: [],
    metadata: {},
    endUser: null,
    recordedBy: 'provider-adapter',
    ...changes,
  };
}
