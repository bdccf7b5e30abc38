import pg from 'pg';
import { type Difference, verifyLedger } from './application/verify-ledger.ts';

/** Recomputes all balances from the ledger, in one snapshot, and answers where they differ. */
export async function verifyDatabase(postgresUrl: string): Promise<readonly Difference[]> {
  const client = new pg.Client({ connectionString: postgresUrl });
  await client.connect();
  try {
    await client.query('begin isolation level repeatable read read only');
    return await verifyLedger(async (text) => (await client.query(text)).rows);
  } finally {
    await client.end();
  }
}

/** One line for each difference, or one that says that there is none. */
export function describeDifferences(differences: readonly Difference[]): readonly string[] {
  if (differences.length === 0) return ['the ledger and all balances agree'];
  return differences.map(
    ({ what, id, stated, recomputed }) =>
      `${what} of ${id}: stated ${stated}, recomputed ${recomputed}`,
  );
}
