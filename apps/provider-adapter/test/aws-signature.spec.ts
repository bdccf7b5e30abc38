import { BedrockRuntimeClient, ConverseCommand } from '@aws-sdk/client-bedrock-runtime';
import { awsSignature } from '../src/adapters/signers/aws-signature.ts';
import type { UnsignedRequest } from '../src/application/request-signer.ts';

const KEYS = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
};
const DATE = Date.UTC(2015, 7, 30, 12, 36, 0);
const EXAMPLE = { region: 'us-east-1', service: 'service' };
const FORM = ['content-type', 'application/x-www-form-urlencoded'];

function pairsOf(headers: readonly string[]): Record<string, string> {
  const pairs: Record<string, string> = {};
  for (let at = 0; at < headers.length; at += 2) pairs[headers[at] ?? ''] = headers[at + 1] ?? '';
  return pairs;
}

const ask = (changes: Partial<UnsignedRequest>): UnsignedRequest => ({
  origin: 'https://example.amazonaws.com',
  method: 'GET',
  path: '/',
  headers: [],
  body: null,
  ...changes,
});

/** AWS's published test suite for Signature Version 4 (aws-sig-v4-test-suite). */
const VECTORS: readonly [string, Partial<UnsignedRequest>, string, string][] = [
  [
    'get-vanilla',
    {},
    'host;x-amz-date',
    '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31',
  ],
  [
    'get-vanilla-query-order-key-case',
    { path: '/?Param2=value2&Param1=value1' },
    'host;x-amz-date',
    'b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500',
  ],
  [
    'get-unreserved',
    { path: '/-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz' },
    'host;x-amz-date',
    '07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f',
  ],
  [
    'post-vanilla',
    { method: 'POST' },
    'host;x-amz-date',
    '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b',
  ],
  [
    'post-x-www-form-urlencoded',
    { method: 'POST', headers: FORM, body: Buffer.from('Param1=value1') },
    'content-type;host;x-amz-date',
    'ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a',
  ],
];

describe('an AWS signature', () => {
  it.each(VECTORS)('is the published one for %s', async (_name, changes, signed, signature) => {
    const headers = pairsOf(await awsSignature(ask(changes), KEYS, EXAMPLE, DATE));
    expect(headers).toEqual({
      'x-amz-date': '20150830T123600Z',
      authorization: `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=${signed}, Signature=${signature}`,
    });
  });

  it('is the published one for IAM with a query', async () => {
    const request = ask({
      origin: 'https://iam.amazonaws.com',
      path: '/?Action=ListUsers&Version=2010-05-08',
      headers: [
        'content-type',
        'application/x-www-form-urlencoded; charset=utf-8',
        'accept-encoding',
        'identity',
      ],
    });
    const scope = { region: 'us-east-1', service: 'iam' };
    const { authorization } = pairsOf(await awsSignature(request, KEYS, scope, DATE));
    expect(authorization).toContain(
      'SignedHeaders=content-type;host;x-amz-date, Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7',
    );
  });

  it('carries a session token', async () => {
    const keys = { ...KEYS, sessionToken: 'token' };
    const headers = pairsOf(await awsSignature(ask({}), keys, EXAMPLE, DATE));
    expect(headers['x-amz-security-token']).toBe('token');
    expect(headers.authorization).toContain('host;x-amz-date;x-amz-security-token');
  });

  it('is what the AWS SDK makes of the same call to Bedrock', async () => {
    const sent: { path: string; headers: Record<string, string>; body: Uint8Array }[] = [];
    const client = new BedrockRuntimeClient({
      region: 'us-east-1',
      credentials: KEYS,
      requestHandler: {
        handle: (request: { path: string; headers: Record<string, string>; body: unknown }) => {
          const body = Buffer.from(typeof request.body === 'string' ? request.body : '');
          sent.push({ path: request.path, headers: request.headers, body });
          const response = { statusCode: 200, headers: {}, body: Buffer.from('{}') };
          return Promise.resolve({ response });
        },
      },
    });
    const modelId = 'arn:aws:bedrock:us-east-1:1:inference-profile/us.amazon.nova-lite-v1:0';
    await client.send(new ConverseCommand({ modelId, messages: [] }));
    const [call] = sent;
    if (!call) throw new Error('the SDK sent nothing');
    const theirs = call.headers.authorization ?? '';
    const signed = /SignedHeaders=([^,]+)/.exec(theirs)?.[1]?.split(';') ?? [];
    const names = signed.filter((name) => name !== 'host' && name !== 'x-amz-date');
    const request = ask({
      origin: 'https://bedrock-runtime.us-east-1.amazonaws.com',
      method: 'POST',
      path: call.path,
      headers: names.flatMap((name) => [name, call.headers[name] ?? '']),
      body: call.body,
    });
    const scope = { region: 'us-east-1', service: 'bedrock' };
    const ours = pairsOf(await awsSignature(request, KEYS, scope, dateOf(call.headers)));
    expect(call.path).toContain('%3A');
    expect(ours.authorization).toBe(theirs);
  });
});

function dateOf(headers: Record<string, string>): number {
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(headers['x-amz-date'] ?? '') ?? [];
  return Date.UTC(
    Number(year),
    Number(month) - 1,
    Number(day),
    Number(hour),
    Number(minute),
    Number(second),
  );
}
