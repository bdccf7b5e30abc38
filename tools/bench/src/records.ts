import { createClient } from '@clickhouse/client';
import type { DevFacts } from '@tollgate/launch';
import pg from 'pg';

/** How many requests stand in the analysts' table and in the ledger. */
export interface RecordCounts {
  readonly stored: number;
  readonly settled: number;
}

/** Counts what is on record right now. */
export async function countRecords(facts: DevFacts): Promise<RecordCounts> {
  const [stored, settled] = await Promise.all([
    countStored(facts.clickhouseUrl),
    countSettled(facts.postgresUrl),
  ]);
  return { stored, settled };
}

async function countStored(url: string): Promise<number> {
  const client = createClient({ url });
  try {
    const answer = await client.query({
      query: 'SELECT count() AS n FROM requests FINAL',
      format: 'JSONEachRow',
    });
    const rows = await answer.json<{ readonly n: string }>();
    return Number(rows[0]?.n ?? 0);
  } finally {
    await client.close();
  }
}

async function countSettled(connectionString: string): Promise<number> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    const { rows } = await client.query<{ readonly n: string }>(
      'SELECT count(*) AS n FROM budget.settlement',
    );
    return Number(rows[0]?.n ?? 0);
  } finally {
    await client.end();
  }
}
