import { DataSource } from 'typeorm';
import { Ledger1763600000000 } from '../../migrations/1763600000000-ledger.ts';
import { PlatformAccess1763800000000 } from '../../migrations/1763800000000-platform-access.ts';
import { Alerts1763900000000 } from '../../migrations/1763900000000-alerts.ts';
import { Slots1763940000000 } from '../../migrations/1763940000000-slots.ts';
import { Buckets1763950000000 } from '../../migrations/1763950000000-buckets.ts';
import { SettlementRates1763931000000 } from '../../migrations/1763931000000-settlement-rates.ts';

/** Any number that no other service locks on. */
const LOCK = 7_266_001;

/** Brings the schema up to date. Instances that start together do it one after the other. */
export async function migrate(url: string): Promise<void> {
  const source = new DataSource({
    type: 'postgres',
    url,
    schema: 'budget',
    migrations: [
      Ledger1763600000000,
      PlatformAccess1763800000000,
      Alerts1763900000000,
      SettlementRates1763931000000,
      Slots1763940000000,
      Buckets1763950000000,
    ],
    migrationsTableName: 'migration',
    poolSize: 2,
    connectTimeoutMS: 3_000,
    applicationName: 'tollgate-budget-migrations',
  });
  await source.initialize();
  const lock = source.createQueryRunner();
  try {
    await lock.query('select pg_advisory_lock($1)', [LOCK]);
    await lock.query('create schema if not exists budget');
    await source.runMigrations({ transaction: 'all' });
    await lock.query('select pg_advisory_unlock($1)', [LOCK]);
  } finally {
    await lock.release();
    await source.destroy();
  }
}
