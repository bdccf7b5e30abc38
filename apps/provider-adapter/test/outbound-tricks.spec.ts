import { generateKeyPairSync } from 'node:crypto';
import { isIP } from 'node:net';
import { guardedConnector, type Resolver } from '@tollgate/outbound';
import type { Signing } from '@tollgate/providers';
import { OUTBOUND_TRICKS, trickUrl } from '@tollgate/test-harness';
import { GuardedMedia } from '../src/adapters/guarded-media.ts';
import { RequestSigners } from '../src/adapters/signers/request-signers.ts';
import { MediaFetches } from '../src/application/media-fetches.ts';
import { TestAdapter, type TestAdapterOptions } from './support/adapter.ts';
import { candidateOf, contextOf, FakeCall } from './support/fake-call.ts';
import { completion, type FakeUpstream, json, startFakeUpstream } from './support/fake-upstream.ts';
import { SignerBench } from './support/signer-bench.ts';

const PUBLIC = '93.184.216.34';
const ALWAYS = OUTBOUND_TRICKS.filter(({ always }) => always);
/** Outbound rules of an operator, with the tricks that must fail under them. */
const RULES = [
  ...OUTBOUND_TRICKS.map((trick) => ({ trick, name: trick.name, allowPrivate: false })),
  ...ALWAYS.map((trick) => ({
    trick,
    name: `${trick.name}, private addresses allowed`,
    allowPrivate: true,
  })),
];

/** The addresses that the tricks come down to, each once. */
const DISGUISED = [
  ...new Set(
    OUTBOUND_TRICKS.map((trick) => new URL(trickUrl(trick, 80)).hostname.replace(/^\[|\]$/g, '')),
  ),
]
  .filter((host) => isIP(host) !== 0)
  .map((address) => ({ address }));

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
const SERVICE_ACCOUNT = {
  type: 'service_account',
  client_email: 'robot@project.iam.gserviceaccount.com',
  private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
};
const LIBRARIES: readonly Signing[] = [
  {
    kind: 'google',
    // Nobody may say where the token comes from.
    serviceAccount: JSON.stringify({
      ...SERVICE_ACCOUNT,
      token_uri: 'http://169.254.169.254/token',
    }),
  },
  {
    kind: 'aws',
    region: 'eu-west-1',
    service: 'bedrock',
    credentials: {
      kind: 'assume-role',
      roleArn: 'arn:aws:iam::1:role/r',
      source: { kind: 'static', accessKeyId: 'AK', secretAccessKey: 'secret' },
    },
  },
];
const ENTRA: Signing = {
  kind: 'entra',
  credentials: JSON.stringify({ tenantId: 'tenant', clientId: 'app', clientSecret: 'secret' }),
};
const TOKENS: readonly Signing[] = [ENTRA, ...LIBRARIES];
const UNSIGNED = {
  origin: 'https://provider.example',
  method: 'POST' as const,
  path: '/',
  headers: [],
  body: Buffer.from('{}'),
};

describe('no outbound path can be steered inside', () => {
  let canary: FakeUpstream;
  let adapter: TestAdapter | undefined;

  beforeEach(async () => {
    canary = await startFakeUpstream();
    canary.reply(json(200, completion()));
  });
  afterEach(async () => {
    await adapter?.stop();
    await canary.close();
  });

  const port = (): string => new URL(canary.url).port;

  async function call(baseUrl: string, options: TestAdapterOptions) {
    adapter = new TestAdapter(options);
    adapter.connect('aip_a', { baseUrl });
    const one = new FakeCall(contextOf([candidateOf('aip_a')]));
    adapter.calls.take(one);
    await one.ended();
    return one.failure()?.code;
  }

  function test(baseUrl: string, options: TestAdapterOptions) {
    adapter = new TestAdapter(options);
    adapter.connect('aip_a', { baseUrl });
    return adapter.tests.test({ organizationId: 'org_1', aiProviderId: 'aip_a' });
  }

  async function fetchMedia(url: string, allowPrivate: boolean, resolver?: Resolver) {
    const fetches = new MediaFetches(new GuardedMedia({ allowPrivate }, resolver));
    const found = await fetches.fetch([url], new AbortController().signal);
    return found.ok ? 'fetched' : found.failure.message;
  }

  describe.each(RULES)('$name', ({ trick, allowPrivate }) => {
    it('is not called as a provider', async () => {
      expect(await call(trickUrl(trick, port()), { allowPrivate })).toBe('provider.misconfigured');
      expect(canary.seen).toEqual([]);
    });

    it('is not called when a connection is tested', async () => {
      const finding = await test(trickUrl(trick, port()), { allowPrivate });
      expect(finding).toMatchObject({ outcome: 'misconfigured', httpStatus: null });
      expect(canary.seen).toEqual([]);
    });

    it('is not fetched as media', async () => {
      const said = await fetchMedia(trickUrl(trick, port()), allowPrivate);
      expect(said).toContain('may not be called');
      expect(canary.seen).toEqual([]);
    });
  });

  it.each(ALWAYS)('are not followed by any of them: redirects to $name', async (trick) => {
    const location = encodeURI(trickUrl(trick, port()));
    const outside = await startFakeUpstream();
    outside.reply(json(307, '', { location }));
    expect(await call(`${outside.url}/v1`, {})).toBe('provider.misconfigured');
    await adapter?.stop();
    expect(await test(`${outside.url}/v1`, {})).toMatchObject({ outcome: 'unexpected_answer' });
    expect(await fetchMedia(`${outside.url}/a.png`, true)).toContain('may not be called');
    expect(canary.seen).toEqual([]);
    await outside.close();
  });

  it.each(DISGUISED)(
    'asks no identity provider for a token whose name resolves to $address',
    async ({ address }) => {
      const resolver: Resolver = (_host, _options, callback) =>
        setImmediate(callback, null, [{ address, family: isIP(address) }]);
      const signers = new RequestSigners({
        connect: guardedConnector({ policy: { allowPrivate: false }, timeoutMs: 500, resolver }),
        clock: { epochMs: Date.now, monotonicMs: () => performance.now() },
        environment: {},
        allowMachine: true,
      });
      // Side by side: the vendors' own libraries try again after a pause.
      const codes = TOKENS.map(async (signing) => {
        const signed = await signers.sign(signing, UNSIGNED, new AbortController().signal);
        return [signing.kind, signed.ok ? 'signed' : signed.failure.code];
      });
      expect(await Promise.all(codes)).toEqual(
        TOKENS.map(({ kind }) => [kind, 'provider.misconfigured']),
      );
      await signers.close();
    },
  );

  it('asks no identity provider for a token that a credential or a redirect names', async () => {
    const bench = await SignerBench.start();
    try {
      bench.identity.reply = () => ({ body: '{"access_token":"t","expires_in":3600}' });
      for (const trick of OUTBOUND_TRICKS) {
        const url = trickUrl(trick, port());
        const named = { token_uri: url, auth_uri: url, universe_domain: new URL(url).host };
        const serviceAccount = JSON.stringify({ ...SERVICE_ACCOUNT, ...named });
        await bench.headersBy({ kind: 'google', serviceAccount });
      }
      expect(new Set(bench.identity.asked.map(({ host }) => host))).toEqual(
        new Set(['oauth2.googleapis.com']),
      );
      for (const trick of ALWAYS) {
        bench.identity.reply = () => ({
          ...{ status: 307, body: '' },
          location: encodeURI(trickUrl(trick, port())),
        });
        // Past the time for which a refusal is remembered.
        bench.nowMs += 4_000_000;
        const codes = await Promise.all(TOKENS.map((signing) => bench.failureOf(signing)));
        expect(codes).toEqual(TOKENS.map(() => expect.stringMatching(/^provider\./)));
      }
      const hosts = new Set(bench.identity.asked.map(({ host }) => host));
      expect([...hosts].sort()).toEqual([
        'login.microsoftonline.com',
        'oauth2.googleapis.com',
        'sts.eu-west-1.amazonaws.com',
      ]);
      expect(canary.seen).toEqual([]);
    } finally {
      await bench.stop();
    }
  });

  it('trusts no name whose address changes between two questions', async () => {
    let asked = 0;
    const rebinding: Resolver = (_host, _options, callback) =>
      setImmediate(callback, null, [{ address: ++asked === 1 ? PUBLIC : '127.0.0.1', family: 4 }]);
    const answers = (address: string): Promise<void> =>
      new Promise((resolve) => {
        rebinding('', { all: true }, (_error, [first]) => {
          expect(first?.address).toBe(address);
          resolve();
        });
      });
    const options = { allowPrivate: false, resolver: rebinding };
    const url = `http://rebinding.example:${port()}/v1`;
    await answers(PUBLIC);
    expect(await call(url, options)).toBe('provider.misconfigured');
    await adapter?.stop();
    expect(await test(url, options)).toMatchObject({ outcome: 'misconfigured' });
    expect(await fetchMedia(url, false, rebinding)).toContain('may not be called');
    expect(asked).toBeGreaterThanOrEqual(4);
    expect(canary.seen).toEqual([]);
  });

  it('reaches the same address where the operator allows it, so that the canary is no dud', async () => {
    expect(await call(`${canary.url}/v1`, { allowPrivate: true })).toBeUndefined();
    expect(await fetchMedia(`${canary.url}/x`, true)).toBe('fetched');
    expect(canary.seen).toHaveLength(2);
  });
});
