import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { AwsCredentials, Signing } from '@tollgate/providers';
import type { IdentityReply } from './support/fake-identity.ts';
import { SignerBench } from './support/signer-bench.ts';

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

let session = 0;

function stsReply(action: string, lifeMs = 3_600_000): IdentityReply {
  const expiration = new Date(bench.nowMs + lifeMs).toISOString();
  session++;
  return {
    type: 'text/xml',
    body: `<${action}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><${action}Result>
      <AssumedRoleUser><Arn>arn:aws:sts::1:assumed-role/r/tollgate</Arn><AssumedRoleId>A:t</AssumedRoleId></AssumedRoleUser>
      <Credentials><AccessKeyId>ASIA${session}</AccessKeyId><SecretAccessKey>s</SecretAccessKey>
      <SessionToken>token-${session}</SessionToken><Expiration>${expiration}</Expiration></Credentials>
      </${action}Result></${action}Response>`,
  };
}

function stsRefuses(code: string, status: number): IdentityReply {
  const body = `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>canary-secret is wrong</Message></Error></ErrorResponse>`;
  return { status, type: 'text/xml', body };
}

describe('AWS credentials', () => {
  it('that are static ask nobody', async () => {
    bench.nowMs = Date.UTC(2026, 0, 1);
    const headers = await bench.headersBy(aws(KEYS));
    expect(headers.authorization).toContain(
      'Credential=AKBASE/20260101/eu-west-1/bedrock/aws4_request',
    );
    expect(headers['x-amz-date']).toBe('20260101T000000Z');
    expect(bench.identity.asked).toEqual([]);
  });

  it('of an assumed role come from the region, signed with the base keys, once for many calls', async () => {
    bench.identity.reply = () => stsReply('AssumeRole');
    const all = await Promise.all(Array.from({ length: 20 }, () => bench.headersBy(ASSUMED)));
    expect(new Set(all.map((headers) => headers['x-amz-security-token'])).size).toBe(1);
    expect(all[0]?.authorization).toContain('Credential=ASIA');
    expect(bench.identity.asked).toHaveLength(1);
    const [asked] = bench.identity.asked;
    expect(asked?.host).toBe('sts.eu-west-1.amazonaws.com');
    expect(asked?.headers.authorization).toContain('Credential=AKBASE/');
    expect(Object.fromEntries(asked?.form ?? [])).toMatchObject({
      Action: 'AssumeRole',
      RoleArn: 'arn:aws:iam::1:role/r',
      ExternalId: 'external-1',
      RoleSessionName: 'tollgate',
    });
  });

  it('are renewed before they end, and used to the last when they cannot be', async () => {
    const begin = bench.nowMs;
    const lifeMs = 3_600_000;
    bench.identity.reply = () => stsReply('AssumeRole', lifeMs);
    const tokenAt = async (atMs: number): Promise<string | undefined> => {
      bench.nowMs = begin + atMs;
      return (await bench.headersBy(ASSUMED))['x-amz-security-token'];
    };
    const first = await tokenAt(0);
    expect(await tokenAt(lifeMs - 200_000)).toBe(first);
    expect(bench.identity.asked).toHaveLength(1);
    bench.identity.reply = () => ({ status: 400, type: 'text/xml', body: '' });
    expect(await tokenAt(lifeMs - 100_000)).toBe(first);
    expect(bench.identity.asked.length).toBeGreaterThan(1);
    bench.nowMs = begin + lifeMs;
    expect(await bench.failureOf(ASSUMED)).toBe('provider.rejected_credentials');
    bench.identity.reply = () => stsReply('AssumeRole', lifeMs);
    expect(await tokenAt(lifeMs + 3_000)).not.toBe(first);
  });

  it('of a web identity come for the token in the file', async () => {
    bench.identity.reply = () => stsReply('AssumeRoleWithWebIdentity');
    const tokenFile = path.join(bench.folder, 'token');
    await writeFile(tokenFile, 'web-token');
    const signing = aws({ kind: 'web-identity', roleArn: 'arn:aws:iam::1:role/w', tokenFile });
    expect((await bench.headersBy(signing)).authorization).toContain('Credential=ASIA');
    const [asked] = bench.identity.asked;
    expect(Object.fromEntries(asked?.form ?? [])).toMatchObject({
      Action: 'AssumeRoleWithWebIdentity',
      WebIdentityToken: 'web-token',
      RoleArn: 'arn:aws:iam::1:role/w',
    });
  });

  it.each([
    ['AccessDenied', 403, 'provider.rejected_credentials'],
    ['InvalidClientTokenId', 403, 'provider.rejected_credentials'],
    ['ServiceUnavailable', 503, 'provider.unreachable'],
  ])('that STS refuses with %s (%i) fail as %s', async (code, status, expected) => {
    bench.identity.reply = () => stsRefuses(code, status);
    expect(await bench.failureOf(ASSUMED)).toBe(expected);
    const count = bench.identity.asked.length;
    expect(await bench.failureOf(ASSUMED)).toBe(expected);
    expect(bench.identity.asked).toHaveLength(count);
  });

  it('without a token file are misconfigured', async () => {
    const tokenFile = path.join(bench.folder, 'absent');
    const signing = aws({ kind: 'web-identity', roleArn: 'arn:aws:iam::1:role/w', tokenFile });
    expect(await bench.failureOf(signing)).toBe('provider.misconfigured');
    expect(bench.identity.asked).toEqual([]);
  });
});
