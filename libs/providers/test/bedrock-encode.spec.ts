import type { Conversation, Part } from '@tollgate/neutral';
import type { ConnectionParts } from '../src/provider.ts';
import { PROVIDERS } from '../src/provider-registry.ts';
import {
  assistant,
  call,
  CLAUDE,
  connect,
  encode,
  PNG,
  result,
  STATIC,
  tool,
  user,
} from './support/bedrock-encode.ts';
import { EMPTY_CONVERSATION } from './support/read-wire.ts';

describe('a conversation on its way to Converse', () => {
  it.each<[string, Partial<Conversation>]>([
    ['n', { candidates: 2 }],
    ['response_format', { outputFormat: { type: 'json' } }],
    ['modalities', { modalities: ['text', 'audio'] }],
    ['tools[].custom', { tools: [{ type: 'custom', name: 'c' }] }],
    [
      'tool_choice',
      {
        messages: [assistant(call('c', '{}')), result('c', 'r')],
        tools: [tool],
        toolChoice: { type: 'none' },
      },
    ],
    [
      'messages[].tool_calls[].function.arguments',
      { messages: [assistant(call('c', 'not json'))] },
    ],
    [
      'messages[].content[].image_url',
      {
        messages: [
          user({ type: 'image', source: { kind: 'file', wire: 'anthropic', id: 'file_1' } }),
        ],
      },
    ],
    [
      'messages[].content[].file',
      {
        messages: [
          user({
            type: 'document',
            source: { kind: 'data', mediaType: 'application/zip', base64: '' },
          }),
        ],
      },
    ],
  ])('is refused by name for %s', (param, said) => {
    expect(encode(said).refused).toBe(param);
  });

  it('asks for the bytes behind URLs, once each, and leaves objects of S3 where they are', () => {
    const image = (url: string): Part => ({ type: 'image', source: { kind: 'url', url } });
    const conversation: Conversation = {
      ...EMPTY_CONVERSATION,
      messages: [
        user(image('https://x/a.png'), image('https://x/a.png'), image('s3://bucket/b.jpg')),
      ],
    };
    expect(connect().chat?.mediaToFetch(conversation)).toEqual(['https://x/a.png']);
    const fetched = new Map([['https://x/a.png', { mediaType: 'image/png', base64: PNG }]]);
    const block = { image: { format: 'png', source: { bytes: PNG } } };
    expect(encode(conversation, CLAUDE, { fetched }).json.messages).toEqual([
      {
        role: 'user',
        content: [
          block,
          block,
          { image: { format: 'jpeg', source: { s3Location: { uri: 's3://bucket/b.jpg' } } } },
        ],
      },
    ]);
    expect(encode(conversation).refused).toBe('messages[].content[].image_url');
  });

  it("goes to the model's own path, with the cap and the connection's guardrail", () => {
    const guardrailConfig = {
      guardrailIdentifier: 'g',
      guardrailVersion: '1',
      streamProcessingMode: 'async',
    };
    const performanceConfig = { latency: 'optimized' };
    const connection = connect({
      config: { region: 'eu-west-1', guardrailConfig, performanceConfig },
    });
    const arn = 'arn:aws:bedrock:us-east-1:1:inference-profile/us.anthropic.claude-x-v1:0';
    const streamed = encode({ topK: 1 }, arn, { stream: true, outputCap: 9 }, connection);
    expect(streamed.path).toBe(`/model/${encodeURIComponent(arn)}/converse-stream`);
    expect(streamed.json).toMatchObject({
      guardrailConfig,
      performanceConfig,
      inferenceConfig: { maxTokens: 9 },
      additionalModelRequestFields: { top_k: 1 },
    });
    expect(encode({}, CLAUDE, {}, connection).json.guardrailConfig).toEqual({
      guardrailIdentifier: 'g',
      guardrailVersion: '1',
    });
  });
});

describe('a connection to Bedrock', () => {
  it.each<[string, Partial<ConnectionParts>, unknown]>([
    [
      'static keys',
      { credential: '{"accessKeyId":"AK","secretAccessKey":"s","sessionToken":"t"}' },
      { kind: 'static', accessKeyId: 'AK', secretAccessKey: 's', sessionToken: 't' },
    ],
    ['nothing', { credential: null }, { kind: 'machine' }],
    [
      'an assumed role',
      { config: { region: 'us-east-1', assumeRole: { roleArn: 'arn', externalId: 'e' } } },
      {
        kind: 'assume-role',
        roleArn: 'arn',
        externalId: 'e',
        source: { kind: 'static', accessKeyId: 'AKID', secretAccessKey: 'secret' },
      },
    ],
    [
      'a web identity',
      {
        credential: null,
        config: { region: 'us-east-1', webIdentity: { roleArn: 'arn', tokenFile: '/t' } },
      },
      { kind: 'web-identity', roleArn: 'arn', tokenFile: '/t' },
    ],
  ])('is signed with %s', (_name, parts, credentials) => {
    expect(connect(parts).signing).toEqual({
      kind: 'aws',
      region: 'us-east-1',
      service: 'bedrock',
      credentials,
    });
  });

  it('takes an API key as a header, and the region from the host', () => {
    const connection = connect({ credential: 'bedrock-api-key-x', config: {} });
    expect(connection.signing).toBeNull();
    expect(connection.modelList?.headers.join(' ')).toContain(
      'authorization Bearer bedrock-api-key-x',
    );
    expect(connection.modelList?.origin).toBe('https://bedrock.us-east-1.amazonaws.com');
    expect(connect({ config: {} }).signing).toMatchObject({ region: 'us-east-1' });
  });

  it.each<[string, Partial<ConnectionParts>]>([
    ['keys that are no JSON', { credential: '{"accessKeyId":' }],
    ['half of the keys', { credential: '{"accessKeyId":"AK"}' }],
    [
      'a key id that would break a header',
      { credential: '{"accessKeyId":"A\\r\\nx","secretAccessKey":"s"}' },
    ],
    ['no region', { baseUrl: 'https://proxy.example', config: {} }],
    ['a region that is none', { config: { region: '../x' } }],
    ['a role without its name', { config: { region: 'us-east-1', assumeRole: {} } }],
    [
      'a web identity without a file',
      { config: { region: 'us-east-1', webIdentity: { roleArn: 'a' } } },
    ],
    ['a base URL that is none', { baseUrl: 'ftp://x' }],
  ])('is refused with %s', (_name, changes) => {
    const baseUrl = 'https://bedrock-runtime.us-east-1.amazonaws.com';
    const parts = { baseUrl, config: { region: 'us-east-1' }, credential: STATIC, ...changes };
    expect(PROVIDERS.bedrock.connect(parts)).toMatchObject({
      ok: false,
      failure: { code: 'provider.misconfigured' },
    });
  });

  it('reads the list of models', () => {
    const decode = (body: string) => connect().modelList?.decode(Buffer.from(body));
    expect(decode('{"modelSummaries":[{"modelId":"a"},{"x":1},{"modelId":"b"}]}')).toEqual([
      'a',
      'b',
    ]);
    for (const body of ['', '[]', '{"data":[]}']) expect(decode(body)).toBeUndefined();
  });
});
