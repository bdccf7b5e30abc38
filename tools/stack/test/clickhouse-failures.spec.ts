import http from 'node:http';
import zlib from 'node:zlib';
import type { ClickHouseClient } from '@clickhouse/client';
import { removeStackHome, type Stack, startStack } from '../src/index.ts';
import { freePorts, quietClient, temporaryHome } from './support.ts';

describe('ClickHouse failures', () => {
  const home = temporaryHome();
  let stack: Stack;
  let client: ClickHouseClient;

  beforeAll(async () => {
    stack = await startStack({ home, ports: freePorts, only: ['clickhouse'] });
    client = quietClient({ url: stack.clickhouseUrl });
  }, 60_000);

  afterAll(async () => {
    await client?.close();
    await stack?.stop();
    removeStackHome(home);
  }, 30_000);

  const failures: readonly [string, string, string, number][] = [
    ['a syntax error', 'SELEC 1', '62', 400],
    ['an unknown table', 'SELECT * FROM nowhere', '60', 404],
    ['an unknown column', 'SELECT nope FROM system.one', '47', 404],
    ['an unknown database', 'SELECT * FROM nowhere.t', '81', 404],
    ['an unset parameter', 'SELECT {missing:String}', '456', 400],
  ];

  it.each(failures)('reports %s with its own code', async (_, query, code, status) => {
    await expect(client.query({ query })).rejects.toMatchObject({ code });
    const response = await post('', query);
    expect(response.status).toBe(status);
    expect(response.headers.get('x-clickhouse-exception-code')).toBe(code);
    expect(await response.text()).toMatch(
      new RegExp(`^Code: ${code}\\. DB::Exception: .*version`, 's'),
    );
  });

  it('reports an unknown setting', async () => {
    const response = await post('?no_such_setting=1', 'SELECT 1');
    expect(response.headers.get('x-clickhouse-exception-code')).toBe('115');
  });

  it('reports a failure in the middle of a stream, not a clean end', async () => {
    const result = await client.query({
      query: 'SELECT number, throwIf(number = 150000) FROM numbers(200000)',
      format: 'JSONEachRow',
      clickhouse_settings: { max_block_size: '10000' },
    });
    const readAll = async (): Promise<void> => {
      for await (const rows of result.stream()) expect(rows.length).toBeGreaterThan(0);
    };
    await expect(readAll()).rejects.toMatchObject({ code: '395' });
  });

  it('refuses a wrong password with code 516', async () => {
    const url = new URL(stack.clickhouseUrl);
    url.password = 'wrong';
    const wrong = quietClient({ url });
    try {
      await expect(wrong.query({ query: 'SELECT 1' })).rejects.toMatchObject({ code: '516' });
    } finally {
      await wrong.close();
    }
    const anonymous = await fetch(`${new URL(stack.clickhouseUrl).origin}/?query=SELECT%201`);
    expect(anonymous.status).toBe(403);
  });

  it('lets GET read and not write', async () => {
    const query = encodeURIComponent('CREATE TABLE x (n UInt8) ENGINE = Memory');
    expect((await get(`?query=${query}`)).headers.get('x-clickhouse-exception-code')).toBe('164');
    expect(await (await get('?query=SELECT%201')).text()).toBe('1\n');
  });

  it('refuses a second request while a session is in use', async () => {
    const inSession = { session_id: 'busy' };
    const slow = client.query({ query: 'SELECT sleep(0.5)', ...inSession });
    const answers = await Promise.allSettled([
      slow.then((result) => result.text()),
      client.query({ query: 'SELECT 1', ...inSession }).then((result) => result.text()),
    ]);
    const refused = answers.filter((answer) => answer.status === 'rejected');
    expect(refused).toHaveLength(1);
    expect(refused[0]).toMatchObject({ reason: { code: '373' } });
  });

  it('refuses queries beyond its bound with 503 and code 202, and serves the others', async () => {
    const ask = async (): Promise<[number, string | null]> => {
      const response = await post('', 'SELECT sleep(0.2)');
      await response.arrayBuffer();
      return [response.status, response.headers.get('x-clickhouse-exception-code')];
    };
    const answers = await Promise.all(Array.from({ length: 90 }, ask));
    const served = answers.filter(([status]) => status === 200);
    const refused = answers.filter(([status]) => status !== 200);
    expect(served.length).toBeGreaterThanOrEqual(72);
    expect(refused.length).toBeGreaterThan(0);
    for (const answer of refused) expect(answer).toEqual([503, '202']);
    expect((await post('', 'SELECT 1')).status).toBe(200);
  });

  it('refuses a body above its bound, however small it is compressed, and goes on serving', async () => {
    const tooMuch = zlib.gzipSync(Buffer.alloc(129 * 1024 * 1024, 0x20), { level: 1 });
    const response = await post('?query=INSERT%20INTO%20t%20FORMAT%20CSV', tooMuch, {
      'content-encoding': 'gzip',
    });
    expect(response.status).toBe(413);
    expect(response.headers.get('x-clickhouse-exception-code')).toBe('307');
    expect((await post('', 'SELECT 1')).status).toBe(200);
  });

  it('refuses an unknown compression and broken gzip', async () => {
    const unknown = await post('', 'SELECT 1', { 'content-encoding': 'rot13' });
    expect(unknown.headers.get('x-clickhouse-exception-code')).toBe('89');
    const broken = await post('', 'no gzip', { 'content-encoding': 'gzip' });
    expect(broken.status).toBe(400);
  });

  it('runs nothing of an insert whose client goes away while sending', async () => {
    await client.command({ query: 'CREATE TABLE cut (n UInt8) ENGINE = Memory' });
    const { hostname, port, username, password } = new URL(stack.clickhouseUrl);
    const request = http.request({
      method: 'POST',
      host: hostname,
      port,
      auth: `${username}:${password}`,
      path: `/?database=tollgate&query=${encodeURIComponent('INSERT INTO cut FORMAT CSV')}`,
      headers: { 'content-length': 100 },
    });
    const failed = new Promise((resolve) => request.once('error', resolve));
    request.write('1\n2\n', () => request.destroy(new Error('gone')));
    await failed;
    const result = await client.query({
      query: 'SELECT count() AS n FROM cut',
      format: 'JSONEachRow',
    });
    expect(await result.json()).toEqual([{ n: 0 }]);
  });

  function post(
    search: string,
    body: string | Buffer,
    headers: Record<string, string> = {},
  ): Promise<Response> {
    const { origin, username, password } = new URL(stack.clickhouseUrl);
    const account = { 'x-clickhouse-user': username, 'x-clickhouse-key': password };
    const bytes = typeof body === 'string' ? body : new Uint8Array(body);
    return fetch(`${origin}/${search}`, {
      method: 'POST',
      body: bytes,
      headers: { ...account, ...headers },
    });
  }

  function get(search: string): Promise<Response> {
    const { origin, username, password } = new URL(stack.clickhouseUrl);
    return fetch(`${origin}/${search}&user=${username}&password=${password}`);
  }
});
