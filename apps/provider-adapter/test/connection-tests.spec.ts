import {
  type CompiledConnection,
  fail,
  failure,
  type Failure,
  type Result,
  succeed,
} from '@tollgate/contracts';
import { CREDENTIAL, TestAdapter } from './support/adapter.ts';
import {
  completion,
  type FakeUpstream,
  json,
  type Reply,
  startFakeUpstream,
} from './support/fake-upstream.ts';

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

  function test(
    changes: Partial<CompiledConnection> = {},
    organizationId = 'org_1',
    model?: string,
  ) {
    adapter.connect('aip_a', { baseUrl: `${upstream.url}/v1`, ...changes });
    const asked = model === undefined ? {} : { model };
    return adapter.tests.test({ organizationId, aiProviderId: 'aip_a', ...asked });
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

  describe('of a vendor that lists no models', () => {
    const azure: Partial<CompiledConnection> = {
      provider: 'azure',
      config: { apiVersion: '2024-10-21' },
    };

    it('asks the model for one token', async () => {
      upstream.reply(json(200, completion()));
      const before = upstream.seen.length;
      const answer = await test({ ...azure, baseUrl: `${upstream.url}/models` }, 'org_1', 'gpt-4o');
      expect(answer).toMatchObject({ outcome: 'ok', httpStatus: 200, models: [] });
      const [asked, ...more] = upstream.seen.slice(before);
      expect(more).toEqual([]);
      expect(asked?.path).toContain('/models/chat/completions');
      expect(asked?.body).toMatch(/"max_(?:completion_)?tokens":1\b/);
      expect(adapter.records).toEqual([]);
    });

    it('says so when no model is known that could be asked', async () => {
      const answer = await test({ ...azure, baseUrl: `${upstream.url}/models` });
      expect(answer).toMatchObject({ outcome: 'not_supported', httpStatus: null });
    });

    it('asks the model where a server knows no list', async () => {
      upstream.reply(json(404, '{}'), json(200, completion()));
      const before = upstream.seen.length;
      const answer = await test({ provider: 'custom' }, 'org_1', 'llama');
      expect(answer).toMatchObject({ outcome: 'ok', httpStatus: 200 });
      expect(upstream.seen.slice(before).map(({ path }) => path)).toEqual([
        '/v1/models',
        '/v1/chat/completions',
      ]);
    });

    it.each<[number, string]>([
      [401, 'rejected_credentials'],
      [429, 'unexpected_answer'],
    ])('tells a %d apart', async (status, outcome) => {
      upstream.reply(json(status, '{"error":{"message":"no"}}'));
      const answer = await test({ ...azure, baseUrl: `${upstream.url}/models` }, 'org_1', 'gpt-4o');
      expect(answer).toMatchObject({ outcome, httpStatus: status });
    });
  });

  it('signs what must be signed, and tells what came of it', async () => {
    await adapter.stop();
    const signed: string[] = [];
    const outcomes: Result<readonly string[], Failure>[] = [
      succeed(['x-signed', 'yes']),
      fail(failure('provider.rejected_credentials')),
      fail(failure('provider.unreachable')),
    ];
    adapter = new TestAdapter({
      signer: {
        sign: (_signing, { method, path }) => {
          signed.push(`${method} ${path}`);
          const [next] = outcomes.splice(0, 1);
          return Promise.resolve(next ?? fail(failure('provider.misconfigured')));
        },
        close: () => Promise.resolve(),
      },
    });
    const bedrock: Partial<CompiledConnection> = {
      provider: 'bedrock',
      config: { region: 'eu-west-1' },
      baseUrl: upstream.url,
      credential: null,
    };
    upstream.reply(json(200, '{"modelSummaries":[{"modelId":"amazon.nova-lite-v1:0"}]}'));
    const findings: string[] = [];
    for (let i = 0; i < 4; i++) findings.push((await test(bedrock)).outcome);
    expect(findings).toEqual(['ok', 'rejected_credentials', 'unreachable', 'misconfigured']);
    expect(signed).toEqual(Array(4).fill('GET /foundation-models'));
    expect(upstream.seen.at(-1)?.headers).toMatchObject({ 'x-signed': 'yes' });
  });
});
