import { createClient } from '@clickhouse/client';
import pg from 'pg';
import { useStack } from '../src/index.ts';

describe('useStack', () => {
  const servers = useStack();

  it('serves Postgres with a database of the suite', async () => {
    const client = new pg.Client({ connectionString: servers.postgresUrl() });
    await client.connect();
    try {
      const result = await client.query('SELECT 1 AS one');
      expect(result.rows).toEqual([{ one: 1 }]);
    } finally {
      await client.end();
    }
  });

  it('serves ClickHouse with a database of the suite', async () => {
    const client = createClient({ url: servers.clickhouseUrl() });
    try {
      const result = await client.query({ query: 'SELECT 1 AS one', format: 'JSONEachRow' });
      expect(await result.json()).toEqual([{ one: 1 }]);
    } finally {
      await client.close();
    }
  });

  it('takes no port that a server of the machine usually has', () => {
    expect(new URL(servers.natsUrl()).port).not.toBe('4222');
    expect(Object.keys(servers.stack().pids)).toContain('nats');
  });
});

describe('useStack with some servers', () => {
  const servers = useStack({ only: ['nats'] });

  it('refuses the URL of a server that was not asked for', () => {
    expect(servers.natsUrl()).toMatch(/^nats:\/\//);
    expect(() => servers.postgresUrl()).toThrow('without postgres');
  });
});
