import type { Logger } from '@tollgate/telemetry';
import { DataSource } from 'typeorm';
import { InitialTables1763600000000 } from './migrations/1763600000000-initial-tables.ts';
import { ProviderKeysAndContinuations1763700000000 } from './migrations/1763700000000-provider-keys-and-continuations.ts';
import { PlatformAccess1763850000000 } from './migrations/1763850000000-platform-access.ts';
import { Webhooks1763900000000 } from './migrations/1763900000000-webhooks.ts';
import { KeyRotation1763810000000 } from './migrations/1763810000000-key-rotation.ts';
import { KeyExpiryTold1763910000000 } from './migrations/1763910000000-key-expiry-told.ts';
import { WebhookSignals1763925000000 } from './migrations/1763925000000-webhook-signals.ts';
import { DefaultPricesAndRateFeed1763930000000 } from './migrations/1763930000000-default-prices-and-rate-feed.ts';
import { SnakeCaseNaming } from './snake-case-naming.ts';
import { SCHEMA, TABLES } from './tables.ts';

const POOL_SIZE = 10;
const CONNECT_TIMEOUT_MS = 2_000;
const STATEMENT_TIMEOUT_MS = 10_000;
const LOCK_TIMEOUT_MS = 5_000;
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 30_000;

/** Two control planes that start at once must not migrate at once. */
const MIGRATION_LOCK = 7_010_001;

/** Postgres with a bounded pool and a limit on everything that could wait. */
export function createDataSource(url: string, log: Logger): DataSource {
  return new DataSource({
    type: 'postgres',
    url,
    schema: SCHEMA,
    entities: TABLES,
    migrations: [
      InitialTables1763600000000,
      ProviderKeysAndContinuations1763700000000,
      KeyRotation1763810000000,
      PlatformAccess1763850000000,
      Webhooks1763900000000,
      KeyExpiryTold1763910000000,
      WebhookSignals1763925000000,
      DefaultPricesAndRateFeed1763930000000,
    ],
    migrationsTableName: 'migrations',
    namingStrategy: new SnakeCaseNaming(),
    synchronize: false,
    logging: false,
    applicationName: 'tollgate-control-plane',
    poolSize: POOL_SIZE,
    connectTimeoutMS: CONNECT_TIMEOUT_MS,
    poolErrorHandler: (error: unknown) =>
      log.warn({ err: error }, 'a Postgres connection was lost'),
    extra: {
      statement_timeout: STATEMENT_TIMEOUT_MS,
      query_timeout: STATEMENT_TIMEOUT_MS + 1_000,
      lock_timeout: LOCK_TIMEOUT_MS,
      idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_TIMEOUT_MS,
      keepAlive: true,
    },
  });
}

/** Brings the schema up to date; one process at a time, the others wait and find nothing left to do. */
export async function migrate(dataSource: DataSource): Promise<void> {
  const runner = dataSource.createQueryRunner();
  try {
    await runner.query(`SELECT pg_advisory_lock(${MIGRATION_LOCK})`);
    try {
      await runner.query(`CREATE SCHEMA IF NOT EXISTS ${SCHEMA}`);
      await dataSource.runMigrations({ transaction: 'each' });
    } finally {
      await runner.query(`SELECT pg_advisory_unlock(${MIGRATION_LOCK})`);
    }
  } finally {
    await runner.release();
  }
}
