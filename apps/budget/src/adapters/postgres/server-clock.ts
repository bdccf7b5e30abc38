import type { Database } from './database.ts';

/** What the database's clock shows, milliseconds since the epoch. */
export async function serverClock(database: Pick<Database, 'query'>): Promise<number> {
  const [row] = await database.query<{ ms: string }>(
    'select extract(epoch from clock_timestamp()) * 1000 as ms',
    [],
  );
  return Number(row?.ms);
}
