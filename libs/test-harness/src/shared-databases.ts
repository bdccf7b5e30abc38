import { randomBytes } from 'node:crypto';
import { createClient } from '@clickhouse/client';
import type { ExternalServers, StackPart } from '@tollgate/stack';
import pg from 'pg';

/** Databases of one suite on servers that are already there. */
export interface SharedDatabases {
  readonly urls: ExternalServers;
  drop(): Promise<void>;
}

interface Database {
  readonly url: string;
  drop(): Promise<void>;
}

/**
 * Where `TOLLGATE_TEST_POSTGRES_URL` or `TOLLGATE_TEST_CLICKHOUSE_URL` names a server, makes a
 * database of the suite's own on it. NATS has no such walls inside: each suite runs its own server,
 * which is ready in 20 ms.
 */
export async function createSharedDatabases(
  only: readonly StackPart[] | undefined,
  environment: NodeJS.ProcessEnv,
): Promise<SharedDatabases> {
  const isWanted = (part: StackPart): boolean => only === undefined || only.includes(part);
  const name = `test_${randomBytes(8).toString('hex')}`;
  const { TOLLGATE_TEST_POSTGRES_URL, TOLLGATE_TEST_CLICKHOUSE_URL } = environment;
  const postgres =
    TOLLGATE_TEST_POSTGRES_URL && isWanted('postgres')
      ? await createPostgresDatabase(TOLLGATE_TEST_POSTGRES_URL, name)
      : undefined;
  const clickhouse =
    TOLLGATE_TEST_CLICKHOUSE_URL && isWanted('clickhouse')
      ? await createClickHouseDatabase(TOLLGATE_TEST_CLICKHOUSE_URL, name)
      : undefined;
  return {
    urls: {
      ...(postgres ? { postgresUrl: postgres.url } : {}),
      ...(clickhouse ? { clickhouseUrl: clickhouse.url } : {}),
    },
    drop: async () => {
      await postgres?.drop();
      await clickhouse?.drop();
    },
  };
}

async function createPostgresDatabase(serverUrl: string, name: string): Promise<Database> {
  const run = async (sql: string): Promise<void> => {
    const client = new pg.Client({ connectionString: serverUrl });
    await client.connect();
    try {
      await client.query(sql);
    } finally {
      await client.end();
    }
  };
  await run(`CREATE DATABASE ${name}`);
  return {
    url: withPath(serverUrl, name),
    drop: () => run(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
  };
}

async function createClickHouseDatabase(serverUrl: string, name: string): Promise<Database> {
  const run = async (query: string): Promise<void> => {
    const client = createClient({ url: serverUrl });
    try {
      await client.command({ query });
    } finally {
      await client.close();
    }
  };
  await run(`CREATE DATABASE ${name}`);
  return {
    url: withPath(serverUrl, name),
    drop: () => run(`DROP DATABASE IF EXISTS ${name}`),
  };
}

function withPath(serverUrl: string, database: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${database}`;
  return url.toString();
}
