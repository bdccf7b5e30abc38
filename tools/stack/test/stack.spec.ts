import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { removeStackHome, type Stack, type StackPart, startStack } from '../src/index.ts';
import {
  eventually,
  freePorts,
  isAlive,
  NatsConversation,
  quietClient,
  temporaryHome,
} from './support.ts';

describe('the embedded stack', () => {
  const home = temporaryHome();
  const ends: [StackPart, number | null][] = [];
  let stack: Stack;

  const start = (): Promise<Stack> =>
    startStack({ home, ports: freePorts, onExit: (part, code) => ends.push([part, code]) });

  beforeAll(async () => {
    stack = await start();
  }, 360_000);

  afterAll(async () => {
    await stack?.stop();
    removeStackHome(home);
  }, 30_000);

  it('keeps its credentials readable by their owner alone', () => {
    for (const file of ['credentials.json', 'nats/nats-server.conf', 'stack.lock']) {
      expect(fs.statSync(path.join(home, file)).mode & 0o077).toBe(0);
    }
    const passwords = [stack.natsUrl, stack.postgresUrl, stack.clickhouseUrl].map(
      (url) => new URL(url).password,
    );
    expect(new Set(passwords).size).toBe(3);
    for (const password of passwords) expect(password.length).toBeGreaterThanOrEqual(32);
  });

  it('listens on loopback only', () => {
    for (const url of [stack.natsUrl, stack.postgresUrl, stack.clickhouseUrl]) {
      expect(new URL(url).hostname).toBe('127.0.0.1');
    }
    if (process.platform === 'linux') expect(listenersBeyondLoopback(stack)).toEqual([]);
  });

  it('asks for the password', async () => {
    const url = new URL(stack.postgresUrl);
    url.password = 'wrong';
    const client = new pg.Client({ connectionString: url.toString() });
    client.on('error', () => undefined);
    await expect(client.connect()).rejects.toMatchObject({ code: '28P01' });
    const nats = await NatsConversation.open(stack.natsUrl, 'wrong');
    await nats.expect(/-ERR 'Authorization Violation'/);
    nats.close();
  });

  it('runs a durable Postgres 18 with 200 connections', async () => {
    const rows = await inPostgres(
      `SELECT current_setting('server_version_num')::int / 10000 AS version,
        current_setting('fsync') || current_setting('synchronous_commit') AS durable,
        current_setting('max_connections') AS connections`,
    );
    expect(rows).toEqual([{ version: 18, durable: 'onon', connections: '200' }]);
  });

  it('runs JetStream with the default payload limit', async () => {
    const nats = await NatsConversation.open(stack.natsUrl);
    await nats.expect(/INFO .*"max_payload":1048576/);
    const account = await nats.request('$JS.API.INFO', '');
    expect(account).toMatchObject({ type: 'io.nats.jetstream.api.v1.account_info_response' });
    nats.close();
  });

  it('keeps what was acknowledged over kill -9 and restart of each part', async () => {
    await inPostgres('CREATE TABLE kept (n int)', 'INSERT INTO kept VALUES (1)');
    await inClickHouse('CREATE TABLE kept (n UInt8) ENGINE = MergeTree ORDER BY n');
    await inClickHouse('INSERT INTO kept VALUES (1)');
    const before = await NatsConversation.open(stack.natsUrl);
    const stream = JSON.stringify({ name: 'kept', subjects: ['kept'], storage: 'file' });
    await before.request('$JS.API.STREAM.CREATE.kept', stream);
    expect(await before.request('kept', 'payload')).toMatchObject({ seq: 1 });
    before.close();

    const urls = [stack.natsUrl, stack.postgresUrl, stack.clickhouseUrl];
    const pids = { ...stack.pids };
    for (const part of ['nats', 'postgres', 'clickhouse'] as const) {
      stack.kill(part, 'SIGKILL');
      await eventually(() => ends.some(([name]) => name === part));
      expect(stack.pids[part]).toBeUndefined();
      await stack.restart(part);
      expect(stack.pids[part]).not.toBe(pids[part]);
    }
    expect([stack.natsUrl, stack.postgresUrl, stack.clickhouseUrl]).toEqual(urls);

    expect(await inPostgres('SELECT n FROM kept')).toEqual([{ n: 1 }]);
    expect(await inClickHouse('SELECT n FROM kept')).toBe('1');
    const after = await NatsConversation.open(stack.natsUrl);
    const info = await after.request('$JS.API.STREAM.INFO.kept', '');
    expect(info).toMatchObject({ state: { messages: 1 } });
    after.close();
  }, 60_000);

  it('starts Postgres again although backends of the killed server still compute', async () => {
    const clients = Array.from(
      { length: 3 },
      () => new pg.Client({ connectionString: stack.postgresUrl }),
    );
    for (const client of clients) client.on('error', () => undefined);
    await Promise.all(clients.map((client) => client.connect()));
    const endless = 'SELECT count(*) FROM generate_series(1, 1e12::bigint)';
    const computing = clients.map((client) => client.query(endless).catch(() => 'cut off'));
    const active =
      "SELECT 1 FROM pg_stat_activity WHERE query LIKE 'SELECT count%generate_series%'";
    await eventually(async () => (await inPostgres(active)).length >= 3);
    stack.kill('postgres', 'SIGKILL');
    await stack.restart('postgres');
    expect(await Promise.all(computing)).toEqual(['cut off', 'cut off', 'cut off']);
    expect(await inPostgres('SELECT 1 AS one')).toEqual([{ one: 1 }]);
  }, 60_000);

  it('reports a part that dies, and none that it restarts or stops itself', async () => {
    ends.length = 0;
    await stack.restart('nats');
    expect(ends).toEqual([]);
    stack.kill('nats', 'SIGKILL');
    await eventually(() => ends.length === 1);
    expect(ends).toEqual([['nats', null]]);
    await stack.restart('nats');
  });

  it('lets no second launcher into its home', async () => {
    await expect(startStack({ home, ports: freePorts })).rejects.toThrow(/in use by the stack/);
  });

  it('stops every process, and starts again on the same data and credentials within seconds', async () => {
    const pids = Object.values(stack.pids);
    const passwords = new URL(stack.postgresUrl).password;
    ends.length = 0;
    await stack.stop();
    await stack.stop();
    expect(pids.filter(isAlive)).toEqual([]);
    expect(ends).toEqual([]);
    const begin = performance.now();
    stack = await start();
    expect(performance.now() - begin).toBeLessThan(10_000);
    expect(new URL(stack.postgresUrl).password).toBe(passwords);
    expect(await inPostgres('SELECT n FROM kept')).toEqual([{ n: 1 }]);
    expect(await inClickHouse('SELECT n FROM kept')).toBe('1');
  }, 60_000);

  it('leaves no backend of a killed Postgres behind when it stops', async () => {
    const client = new pg.Client({ connectionString: stack.postgresUrl });
    client.on('error', () => undefined);
    await client.connect();
    const own = await client.query('SELECT pg_backend_pid() AS pid');
    const backend = Number(own.rows[0]?.pid);
    const endless = client.query('SELECT count(*) FROM generate_series(1, 1e12::bigint)');
    const cutOff = expect(endless).rejects.toThrow(/terminated/);
    const active = `SELECT 1 FROM pg_stat_activity WHERE pid = ${backend} AND state = 'active'`;
    await eventually(async () => (await inPostgres(active)).length === 1);
    stack.kill('postgres', 'SIGKILL');
    await stack.stop();
    await cutOff;
    expect(isAlive(backend)).toBe(false);
    stack = await start();
  }, 60_000);

  it('takes a free port where the preferred one is busy', async () => {
    const blocker = net.createServer().listen(0, '127.0.0.1');
    await eventually(() => blocker.listening);
    const address = blocker.address();
    const busy = typeof address === 'object' && address ? address.port : 0;
    const other = temporaryHome();
    const second = await startStack({ home: other, ports: { nats: busy }, only: ['nats'] });
    try {
      expect(Number(new URL(second.natsUrl).port)).not.toBe(busy);
      const nats = await NatsConversation.open(second.natsUrl);
      await nats.expect(/PONG/);
      nats.close();
    } finally {
      await second.stop();
      removeStackHome(other);
      blocker.close();
    }
  });

  it('runs Postgres for a home that its user cannot reach, and removes that data too', async () => {
    const hidden = fs.mkdtempSync(path.join(os.tmpdir(), 'tollgate-hidden-'));
    const isRoot = process.getuid?.() === 0;
    const lines: string[] = [];
    const log = (line: string): void => void lines.push(line);
    const second = await startStack({ home: hidden, ports: freePorts, only: ['postgres'], log });
    try {
      const client = new pg.Client({ connectionString: second.postgresUrl });
      await client.connect();
      const { rows } = await client.query('SHOW data_directory');
      await client.end();
      const folder = String(rows[0]?.data_directory);
      expect(folder.startsWith(hidden)).toBe(!isRoot);
      expect(lines.some((line) => line.includes('cannot reach'))).toBe(isRoot);
      await second.stop();
      removeStackHome(hidden);
      expect(fs.existsSync(folder)).toBe(false);
    } finally {
      await second.stop();
    }
  }, 60_000);

  it('uses servers that are already there instead of starting its own', async () => {
    const other = temporaryHome();
    const external = {
      natsUrl: stack.natsUrl,
      postgresUrl: stack.postgresUrl,
      clickhouseUrl: stack.clickhouseUrl,
    };
    const second = await startStack({ home: other, external });
    expect(second).toMatchObject({ ...external, pids: {} });
    await second.stop();
    removeStackHome(other);
    expect(await inClickHouse('SELECT 1')).toBe('1');
  });

  async function inPostgres(...statements: string[]): Promise<unknown[]> {
    const client = new pg.Client({ connectionString: stack.postgresUrl });
    await client.connect();
    try {
      let rows: unknown[] = [];
      for (const statement of statements) rows = (await client.query(statement)).rows;
      return rows;
    } finally {
      await client.end();
    }
  }

  async function inClickHouse(query: string): Promise<string> {
    const client = quietClient({ url: stack.clickhouseUrl });
    try {
      if (!query.startsWith('SELECT')) {
        await client.command({ query });
        return '';
      }
      const result = await client.query({ query, format: 'TabSeparated' });
      return (await result.text()).trim();
    } finally {
      await client.close();
    }
  }
});

/** Ports of the stack that the kernel lists as listening on another address than 127.0.0.1. */
function listenersBeyondLoopback(stack: Stack): number[] {
  const urls = [stack.natsUrl, stack.postgresUrl, stack.clickhouseUrl];
  const ports = urls.map((url) => Number(new URL(url).port));
  const tables = ['/proc/net/tcp', '/proc/net/tcp6'].filter((file) => fs.existsSync(file));
  const listening = tables
    .flatMap((file) => fs.readFileSync(file, 'utf8').split('\n').slice(1))
    .map((line) => line.trim().split(/\s+/))
    .filter(([, , , state]) => state === '0A');
  return listening.flatMap(([, local = '']) => {
    const [address, port = ''] = local.split(':');
    const isOurs = ports.includes(Number.parseInt(port, 16));
    return isOurs && address !== '0100007F' ? [Number.parseInt(port, 16)] : [];
  });
}
