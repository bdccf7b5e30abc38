import { createClient } from '@clickhouse/client';
import pg from 'pg';
import { useStack } from '../src/index.ts';
import { createSharedDatabases, type SharedDatabases } from '../src/shared-databases.ts';

describe('databases of a suite on shared servers', () => {
  const servers = useStack({ only: ['postgres', 'clickhouse'] });

  const environment = (): NodeJS.ProcessEnv => ({
    TOLLGATE_TEST_POSTGRES_URL: servers.postgresUrl(),
    TOLLGATE_TEST_CLICKHOUSE_URL: servers.clickhouseUrl(),
  });

  it('gives each suite databases of its own, and drops them', async () => {
    const one = await createSharedDatabases(undefined, environment());
    const other = await createSharedDatabases(undefined, environment());
    expect(one.urls.postgresUrl).not.toBe(other.urls.postgresUrl);
    expect(one.urls.clickhouseUrl).not.toBe(other.urls.clickhouseUrl);
    expect(await databasesIn(one)).toEqual([nameIn(one), nameIn(one)]);
    await one.drop();
    await other.drop();
    await expect(databasesIn(one)).rejects.toThrow(/does not exist/);
  });

  it('leaves alone the servers that a suite does not use', async () => {
    const shared = await createSharedDatabases(['nats'], environment());
    expect(shared.urls).toEqual({});
    await shared.drop();
  });

  const nameIn = (shared: SharedDatabases): string =>
    new URL(shared.urls.postgresUrl ?? '').pathname.slice(1);

  async function databasesIn(shared: SharedDatabases): Promise<unknown[]> {
    const postgres = new pg.Client({ connectionString: shared.urls.postgresUrl });
    const clickhouse = createClient({ url: shared.urls.clickhouseUrl ?? '' });
    try {
      await postgres.connect();
      const inPostgres = await postgres.query('SELECT current_database() AS name');
      const query = 'SELECT currentDatabase() AS name';
      const result = await clickhouse.query({ query, format: 'JSONEachRow' });
      const [inClickHouse] = await result.json<{ name: string }>();
      return [inPostgres.rows[0]?.name, inClickHouse?.name];
    } finally {
      await postgres.end().catch(() => undefined);
      await clickhouse.close();
    }
  }
});
