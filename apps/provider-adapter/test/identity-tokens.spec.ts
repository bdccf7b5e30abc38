import { createPublicKey, createVerify, generateKeyPairSync } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { guardedConnector } from '@tollgate/outbound';
import type { AwsCredentials, Signing } from '@tollgate/providers';
import { RequestSigners } from '../src/adapters/signers/request-signers.ts';
import type { IdentityReply } from './support/fake-identity.ts';
import { fresh, SignerBench, unsigned } from './support/signer-bench.ts';

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
const SERVICE_ACCOUNT = JSON.stringify({
  type: 'service_account',
  client_email: 'robot@project.iam.gserviceaccount.com',
  private_key_id: 'key-1',
  private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
});
const ENTRA = JSON.stringify({ tenantId: 'tenant-1', clientId: 'app', clientSecret: 'canary-s' });
const KEYS = { kind: 'static', accessKeyId: 'AKBASE', secretAccessKey: 'canary-secret' } as const;

const aws = (credentials: AwsCredentials): Signing => ({
  kind: 'aws',
  region: 'eu-west-1',
  service: 'bedrock',
  credentials,
});
const ASSUMED = aws({
  kind: 'assume-role',
  roleArn: 'arn:aws:iam::1:role/r',
  externalId: 'external-1',
  source: KEYS,
});

let bench: SignerBench;

beforeEach(async () => {
  bench = await SignerBench.start();
});

afterEach(() => bench.stop());

describe('Google tokens', () => {
  const google: Signing = { kind: 'google', serviceAccount: SERVICE_ACCOUNT };

  it('come for an assertion that the service account signed, once for many calls', async () => {
    bench.identity.reply = () => ({
      body: '{"access_token":"ya29.1","expires_in":3600,"token_type":"Bearer"}',
    });
    const all = await Promise.all(Array.from({ length: 20 }, () => bench.headersBy(google)));
    expect(all.every(({ authorization }) => authorization === 'Bearer ya29.1')).toBe(true);
    expect(bench.identity.asked).toHaveLength(1);
    const [asked] = bench.identity.asked;
    expect([asked?.host, asked?.path]).toEqual(['oauth2.googleapis.com', '/token']);
    const [head = '', claims = '', signature = ''] = (asked?.form.get('assertion') ?? '').split(
      '.',
    );
    const verify = createVerify('RSA-SHA256').update(`${head}.${claims}`);
    const pem = publicKey.export({ type: 'spki', format: 'pem' });
    expect(verify.verify(createPublicKey(pem), signature, 'base64url')).toBe(true);
    expect(JSON.parse(Buffer.from(claims, 'base64url').toString())).toMatchObject({
      iss: 'robot@project.iam.gserviceaccount.com',
      scope: 'https://www.googleapis.com/auth/cloud-platform',
    });
    bench.nowMs += 3_500_000;
    await bench.headersBy(google);
    expect(bench.identity.asked).toHaveLength(2);
  });

  it.each([
    [400, '{"error":"invalid_grant"}', 'provider.rejected_credentials'],
    [401, '{"error":"invalid_client"}', 'provider.rejected_credentials'],
    [503, '', 'provider.unreachable'],
  ])('that are refused with %i fail as they should', async (status, body, expected) => {
    bench.identity.reply = () => ({ status, body });
    expect(await bench.failureOf(google)).toBe(expected);
  });

  it.each([
    ['no JSON', 'canary'],
    [
      'an account that names a URL of its own',
      JSON.stringify({ type: 'external_account', token_url: 'http://169.254.169.254/' }),
    ],
    [
      'a key that is none',
      JSON.stringify({ type: 'service_account', client_email: 'a@b', private_key: 'canary' }),
    ],
  ])('are misconfigured with %s', async (_name, serviceAccount) => {
    expect(await bench.failureOf({ kind: 'google', serviceAccount })).toBe(
      'provider.misconfigured',
    );
    expect(bench.identity.asked).toEqual([]);
  });
});

describe('Entra tokens', () => {
  const entra: Signing = { kind: 'entra', credentials: ENTRA };

  it('come for the client secret, once for many calls, until they end', async () => {
    bench.identity.reply = () => ({ body: '{"access_token":"eyJ.1","expires_in":3600}' });
    const all = await Promise.all(Array.from({ length: 20 }, () => bench.headersBy(entra)));
    expect(all.every(({ authorization }) => authorization === 'Bearer eyJ.1')).toBe(true);
    bench.nowMs += 3_000_000;
    await bench.headersBy(entra);
    expect(bench.identity.asked).toHaveLength(1);
    const [asked] = bench.identity.asked;
    expect([asked?.host, asked?.path]).toEqual([
      'login.microsoftonline.com',
      '/tenant-1/oauth2/v2.0/token',
    ]);
    expect(Object.fromEntries(asked?.form ?? [])).toEqual({
      grant_type: 'client_credentials',
      client_id: 'app',
      client_secret: 'canary-s',
      scope: 'https://cognitiveservices.azure.com/.default',
    });
    bench.nowMs += 500_000;
    await bench.headersBy(entra);
    expect(bench.identity.asked).toHaveLength(2);
  });

  it('of the machine come for the token that Kubernetes wrote', async () => {
    bench.identity.reply = () => ({ body: '{"access_token":"eyJ.2","expires_in":"3600"}' });
    const file = path.join(bench.folder, 'federated');
    await writeFile(file, 'assertion-1\n');
    const own = bench.signersWith({
      AZURE_FEDERATED_TOKEN_FILE: file,
      AZURE_CLIENT_ID: 'app-2',
      AZURE_TENANT_ID: 'tenant-2',
    });
    const headers = await bench.headersBy({ kind: 'entra', credentials: null }, own);
    expect(headers).toEqual({ authorization: 'Bearer eyJ.2' });
    expect(bench.identity.asked[0]?.form.get('client_assertion')).toBe('assertion-1');
    await own.close();
  });

  it.each([
    [
      401,
      '{"error":"invalid_client","error_description":"canary"}',
      'provider.rejected_credentials',
    ],
    [400, '{"error":"unauthorized_client"}', 'provider.rejected_credentials'],
    [429, '{}', 'provider.unreachable'],
    [200, '{"access_token":""}', 'provider.unreachable'],
    [200, 'canary', 'provider.unreachable'],
  ])('that are refused with %i %s fail as they should', async (status, body, expected) => {
    bench.identity.reply = () => ({ status, body });
    expect(await bench.failureOf(entra)).toBe(expected);
  });

  it.each([['canary'], ['{}'], ['{"tenantId":"../x","clientId":"a","clientSecret":"b"}']])(
    'are misconfigured with %s',
    async (credentials) => {
      expect(await bench.failureOf({ kind: 'entra', credentials })).toBe('provider.misconfigured');
      expect(bench.identity.asked).toEqual([]);
    },
  );
});

describe("the machine's own credentials", () => {
  const webIdentity = { kind: 'web-identity', roleArn: 'arn:aws:iam::1:role/w', tokenFile: '/x' };
  const machine: AwsCredentials = { kind: 'machine' };
  const own: readonly Signing[] = [
    { kind: 'google', serviceAccount: null },
    { kind: 'entra', credentials: null },
    aws(machine),
    aws({ ...webIdentity, kind: 'web-identity' }),
    aws({ kind: 'assume-role', roleArn: 'arn:aws:iam::1:role/r', source: machine }),
  ];

  it.each(own)('are refused unless the operator allows them: $kind', async (signing) => {
    const strict = bench.signersWith({}, false);
    const signed = await strict.sign(signing, unsigned, fresh());
    expect(signed).toMatchObject({
      ok: false,
      failure: {
        code: 'provider.misconfigured',
        internal: expect.stringContaining('TOLLGATE_ALLOW_MACHINE_CREDENTIALS'),
      },
    });
    expect(bench.identity.asked).toEqual([]);
    await strict.close();
  });

  it('being refused, those of connections serve as ever', async () => {
    const strict = bench.signersWith({}, false);
    const headers = await bench.headersBy(aws(KEYS), strict);
    expect(headers.authorization).toMatch(/^AWS4-HMAC-SHA256/);
    await strict.close();
  });
});

describe('the identity providers', () => {
  it('are dialled through the guard alone', async () => {
    const dialled: string[] = [];
    const guarded = new RequestSigners({
      connect: guardedConnector({
        policy: { allowPrivate: false },
        timeoutMs: 1_000,
        resolver: (hostname, _options, callback) => {
          dialled.push(hostname);
          callback(null, [{ address: '169.254.169.254', family: 4 }]);
        },
      }),
      clock: { epochMs: () => bench.nowMs, monotonicMs: () => bench.nowMs },
      environment: {},
      allowMachine: true,
    });
    expect(await bench.failureOf({ kind: 'entra', credentials: ENTRA }, guarded)).toBe(
      'provider.misconfigured',
    );
    expect(
      await bench.failureOf({ kind: 'google', serviceAccount: SERVICE_ACCOUNT }, guarded),
    ).toBe('provider.misconfigured');
    expect(await bench.failureOf(ASSUMED, guarded)).toBe('provider.misconfigured');
    expect(new Set(dialled)).toEqual(
      new Set([
        'login.microsoftonline.com',
        'oauth2.googleapis.com',
        'sts.eu-west-1.amazonaws.com',
      ]),
    );
    await guarded.close();
  });

  it('that cannot be reached are told apart from those that refuse', async () => {
    await bench.identity.stop();
    expect(await bench.failureOf({ kind: 'entra', credentials: ENTRA })).toBe(
      'provider.unreachable',
    );
    expect(await bench.failureOf({ kind: 'google', serviceAccount: SERVICE_ACCOUNT })).toBe(
      'provider.unreachable',
    );
    expect(await bench.failureOf(ASSUMED)).toBe('provider.unreachable');
    await bench.identity.start();
  });

  it('do not keep a caller who is gone, and go on for the others', async () => {
    let answer: (reply: IdentityReply) => void = () => undefined;
    bench.identity.reply = () => new Promise((resolve) => (answer = resolve));
    const caller = new AbortController();
    const signing: Signing = { kind: 'entra', credentials: ENTRA };
    const gone = bench.signers.sign(signing, unsigned, caller.signal);
    const stays = bench.signers.sign(signing, unsigned, fresh());
    caller.abort();
    expect(await gone).toMatchObject({ ok: false, failure: { code: 'client.closed' } });
    while (bench.identity.asked.length === 0) await new Promise((resolve) => setImmediate(resolve));
    answer({ body: '{"access_token":"t","expires_in":3600}' });
    expect(await stays).toMatchObject({ ok: true });
    expect(bench.identity.asked).toHaveLength(1);
  });
});
