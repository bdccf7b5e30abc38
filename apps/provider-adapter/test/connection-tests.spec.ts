import type { CompiledConnection } from '@tollgate/contracts';
import { CREDENTIAL, TestAdapter } from './support/adapter.ts';
import { type FakeUpstream, json, type Reply, startFakeUpstream } from './support/fake-upstream.ts';

describe('the test of a connection', () => {
  let upstream: FakeUpstream;
  let adapter: TestAdapter;

  beforeAll(async () => {
    upstream = await startFakeUpstream();
  });
  beforeEach(() => {
    adapter = new TestAdapter();
  });
  afterEach(() => adapter.stop());
  afterAll(() => upstream.close());

  function test(changes: Partial<CompiledConnection> = {}, organizationId = 'org_1') {
    adapter.connect('aip_a', { baseUrl: `${upstream.url}/v1`, ...changes });
    return adapter.tests.test({ organizationId, aiProviderId: 'aip_a' });
  }
  const models = (count: number): string =>
    JSON.stringify({ data: Array.from({ length: count }, (_, i) => ({ id: `model-${i}` })) });

  it('lists models with the credential, the first hundred, and calls nothing else', async () => {
    upstream.reply(json(200, models(150)));
    const before = upstream.seen.length;
    const answer = await test();
    expect(answer).toMatchObject({ outcome: 'ok', httpStatus: 200 });
    expect(answer.models).toHaveLength(100);
    expect(answer.durationMs).toBeGreaterThan(0);
    expect(upstream.seen.slice(before)).toMatchObject([
      { path: '/v1/models', body: '', headers: { authorization: `Bearer ${CREDENTIAL}` } },
    ]);
    expect(adapter.records).toEqual([]);
  });

  it.each<[string, Reply, string]>([
    ['401', json(401, '{"error":{"message":"bad key sk-1"}}'), 'rejected_credentials'],
    ['403', json(403, ''), 'rejected_credentials'],
    ['429', json(429, '{}'), 'unexpected_answer'],
    ['a redirect', json(302, '', { location: 'http://169.254.169.254/' }), 'unexpected_answer'],
    ['no list', json(200, '<html>'), 'unexpected_answer'],
    ['a compressed answer', json(200, 'x', { 'content-encoding': 'gzip' }), 'unexpected_answer'],
    [
      'a connection that breaks',
      (response) => {
        response.writeHead(200);
        response.write('{');
        setImmediate(() => response.destroy());
      },
      'unexpected_answer',
    ],
  ])('tells %s apart', async (_name, reply, outcome) => {
    upstream.reply(reply);
    const answer = await test();
    expect(answer).toMatchObject({ outcome, models: [] });
    expect(answer.httpStatus).not.toBeNull();
  });

  it('ends a provider that does not answer in time', async () => {
    upstream.reply(() => undefined);
    expect(await test()).toMatchObject({ outcome: 'timed_out', httpStatus: null });
    await upstream.seen.at(-1)?.closed;
  });

  it('tells what cannot be reached', async () => {
    const answer = await test({ baseUrl: 'http://127.0.0.1:1/v1' });
    expect(answer).toMatchObject({ outcome: 'unreachable', httpStatus: null });
  });

  it.each<[string, Partial<CompiledConnection>, string]>([
    ['a metadata address', { baseUrl: 'http://169.254.169.254/v1' }, 'misconfigured'],
    ['a missing credential', { credential: null }, 'misconfigured'],
    ['a disabled connection', { enabled: false }, 'misconfigured'],
    ['a vendor that nobody speaks to', { provider: 'anthropic' }, 'not_supported'],
    [
      'a vendor without a list',
      { provider: 'azure', baseUrl: 'http://x/models', config: { apiVersion: '1' } },
      'not_supported',
    ],
  ])('asks nobody for %s', async (_name, changes, outcome) => {
    const before = upstream.seen.length;
    expect(await test(changes)).toMatchObject({ outcome, httpStatus: null, models: [] });
    expect(upstream.seen).toHaveLength(before);
  });

  it('knows no connection of another organization', async () => {
    expect(await test({}, 'org_2')).toMatchObject({ outcome: 'misconfigured' });
  });
});
