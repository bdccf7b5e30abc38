import { type Conversation, Losses, type Message, type Part } from '@tollgate/neutral';
import { defaultBaseUrl, PROVIDERS } from '../src/provider-registry.ts';
import type { WireRequest } from '../src/chat-wire.ts';
import type { ConnectionParts, ProviderConnection } from '../src/provider.ts';
import { EMPTY_CONVERSATION, wireRequest } from './support/read-wire.ts';

const CLAUDE = 'us.anthropic.claude-sonnet-4-5-20250929-v1:0';
const CLAUDE_NEW = 'us.anthropic.claude-opus-4-6-v1:0';
const NOVA = 'us.amazon.nova-2-lite-v1:0';
const STATIC = JSON.stringify({ accessKeyId: 'AKID', secretAccessKey: 'secret' });
const PNG = 'iVBORw0KGgo=';

function connect(changes: Partial<ConnectionParts> = {}): ProviderConnection {
  const config = { region: 'us-east-1' };
  const baseUrl = defaultBaseUrl('bedrock', config) ?? '';
  const parts = { baseUrl, config, credential: STATIC, ...changes };
  const connected = PROVIDERS.bedrock.connect(parts);
  if (!connected.ok) throw new Error(connected.failure.internal);
  return connected.value;
}

interface Encoded {
  readonly path: string;
  readonly json: Readonly<Record<string, unknown>>;
  readonly lost: readonly string[];
  /** The field that was refused. */
  readonly refused: string | undefined;
}

function encode(
  conversation: Partial<Conversation>,
  model = CLAUDE,
  changes: Partial<WireRequest> = {},
  connection = connect(),
): Encoded {
  const losses = new Losses('lenient', 'bedrock');
  const request = wireRequest(model, {
    conversation: { ...EMPTY_CONVERSATION, ...conversation },
    losses,
    ...changes,
  });
  const encoded = connection.chat?.encodeRequest(request);
  if (!encoded?.ok) throw new Error('not encoded');
  const settled = losses.settle();
  return {
    path: encoded.value.path,
    json: JSON.parse(Buffer.from(encoded.value.body).toString()),
    lost: settled.ok ? settled.value : [],
    refused: settled.ok ? undefined : settled.failure.param,
  };
}

const user = (...parts: Part[]): Message => ({ role: 'user', parts });
const assistant = (...parts: Part[]): Message => ({ role: 'assistant', parts });
const text = (said: string): Part => ({ type: 'text', text: said });
const call = (id: string, argumentsText: string): Part => ({
  type: 'tool-call',
  id,
  name: 'f',
  argumentsText,
  kind: 'function',
});
const result = (callId: string, ...said: string[]): Message => ({
  role: 'tool',
  parts: [
    {
      type: 'tool-result',
      callId,
      kind: 'function',
      parts: said.map((inner) => ({ type: 'text', text: inner })),
    },
  ],
});
const tool = { type: 'function', name: 'f', parameters: { type: 'object' } } as const;

/** A conversation and the fields that Converse gets, in the shapes that were recorded. */
const SHAPES: readonly {
  readonly name: string;
  readonly said: Partial<Conversation>;
  readonly model?: string;
  readonly sent: Readonly<Record<string, unknown>>;
  readonly lost?: readonly string[];
}[] = [
  {
    name: 'text, a system prompt and limits (lines 3, 42)',
    said: {
      messages: [{ role: 'system', parts: [text('be kind')] }, user(text('hi'))],
      maxOutputTokens: 16,
      temperature: 0,
      topP: 0.9,
      stop: ['END'],
    },
    sent: {
      system: [{ text: 'be kind' }],
      messages: [{ role: 'user', content: [{ text: 'hi' }] }],
      inferenceConfig: { maxTokens: 16, temperature: 0, topP: 0.9, stopSequences: ['END'] },
    },
  },
  {
    name: 'tools and a loop of two calls (lines 29, 30)',
    said: {
      messages: [
        user(text('q')),
        assistant(text(''), call('tooluse_1', '{"a":1}'), call('tooluse_2', '')),
        result('tooluse_1', 'Ruby'),
        result('tooluse_2', 'x', 'y'),
      ],
      tools: [{ ...tool, description: 'does f', strict: true }],
      toolChoice: { type: 'auto' },
    },
    sent: {
      messages: [
        { role: 'user', content: [{ text: 'q' }] },
        {
          role: 'assistant',
          content: [
            { toolUse: { toolUseId: 'tooluse_1', name: 'f', input: { a: 1 } } },
            { toolUse: { toolUseId: 'tooluse_2', name: 'f', input: {} } },
          ],
        },
        {
          role: 'user',
          content: [
            { toolResult: { toolUseId: 'tooluse_1', content: [{ text: 'Ruby' }] } },
            { toolResult: { toolUseId: 'tooluse_2', content: [{ text: 'x' }, { text: 'y' }] } },
          ],
        },
      ],
      toolConfig: {
        tools: [
          {
            toolSpec: {
              name: 'f',
              description: 'does f',
              inputSchema: { json: { type: 'object' } },
              strict: true,
            },
          },
        ],
        toolChoice: { auto: {} },
      },
    },
  },
  {
    name: 'a result with an image and an error (line 86)',
    said: {
      messages: [
        {
          role: 'tool',
          parts: [
            {
              type: 'tool-result',
              callId: 'c',
              kind: 'function',
              isError: true,
              parts: [
                {
                  type: 'image',
                  source: { kind: 'data', mediaType: 'image/png', base64: PNG },
                },
              ],
            },
          ],
        },
      ],
    },
    sent: {
      messages: [
        {
          role: 'user',
          content: [
            {
              toolResult: {
                toolUseId: 'c',
                content: [{ image: { format: 'png', source: { bytes: PNG } } }],
                status: 'error',
              },
            },
          ],
        },
      ],
    },
  },
  {
    name: 'documents, with names as Converse takes them (lines 43, 99, 108)',
    said: {
      messages: [
        user(
          {
            type: 'document',
            source: { kind: 'data', mediaType: 'application/pdf', base64: 'JVBE' },
            title: 'sample.pdf',
            wantsCitations: true,
            context: 'HR',
          },
          {
            type: 'document',
            source: { kind: 'text', text: 'facts' },
            title: 'sample',
            cache: { ttl: '1h' },
          },
          { type: 'document', source: { kind: 'text', text: 'x' }, title: 'a_b: c/ü.txt' },
        ),
      ],
    },
    sent: {
      messages: [
        {
          role: 'user',
          content: [
            {
              document: {
                format: 'pdf',
                name: 'sample',
                source: { bytes: 'JVBE' },
                context: 'HR',
                citations: { enabled: true },
              },
            },
            { document: { format: 'txt', name: 'sample (2)', source: { text: 'facts' } } },
            { cachePoint: { type: 'default', ttl: '1h' } },
            { document: { format: 'txt', name: 'a-b- c--', source: { text: 'x' } } },
          ],
        },
      ],
    },
    lost: ['messages[].content[].file.filename'],
  },
  {
    name: 'cache marks on all that may bear one (lines 3, 18, 138)',
    said: {
      messages: [
        { role: 'system', parts: [{ type: 'text', text: 's', cache: {} }] },
        user({ type: 'text', text: 'u', cache: { ttl: '5m' } }),
      ],
      tools: [{ ...tool, cache: {} }],
    },
    sent: {
      system: [{ text: 's' }, { cachePoint: { type: 'default' } }],
      messages: [
        { role: 'user', content: [{ text: 'u' }, { cachePoint: { type: 'default', ttl: '5m' } }] },
      ],
      toolConfig: {
        tools: [
          { toolSpec: { name: 'f', inputSchema: { json: { type: 'object' } } } },
          { cachePoint: { type: 'default' } },
        ],
      },
    },
  },
  {
    name: 'a schema for the answer (line 19)',
    said: {
      outputFormat: { type: 'json_schema', name: 'response', schema: { type: 'object' } },
    },
    sent: {
      messages: [],
      outputConfig: {
        textFormat: {
          type: 'json_schema',
          structure: { jsonSchema: { schema: '{"type":"object"}', name: 'response' } },
        },
      },
    },
  },
  {
    name: "Claude's thoughts with their signature (lines 75, 138)",
    said: {
      messages: [
        assistant(
          {
            type: 'reasoning',
            text: 'hm',
            signature: { wire: 'anthropic', value: 'sig' },
          },
          {
            type: 'reasoning',
            text: '',
            isRedacted: true,
            signature: { wire: 'bedrock', value: 'cmVk' },
          },
          text('so'),
        ),
      ],
      reasoning: { budgetTokens: 4000 },
      topK: 5,
    },
    sent: {
      messages: [
        {
          role: 'assistant',
          content: [
            { reasoningContent: { reasoningText: { text: 'hm', signature: 'sig' } } },
            { reasoningContent: { redactedContent: 'cmVk' } },
            { text: 'so' },
          ],
        },
      ],
      additionalModelRequestFields: {
        top_k: 5,
        thinking: { type: 'enabled', budget_tokens: 4000 },
      },
    },
  },
  {
    name: 'thoughts of another vendor are left out by name',
    said: {
      messages: [
        assistant(
          { type: 'reasoning', text: 'hm', signature: { wire: 'gemini', value: 'sig' } },
          text('so'),
        ),
      ],
    },
    sent: { messages: [{ role: 'assistant', content: [{ text: 'so' }] }] },
    lost: ['messages[].reasoning_content'],
  },
  {
    name: 'how much Nova is to think, and its top_k (lines 34, 35)',
    model: NOVA,
    said: { reasoning: { effort: 'low' }, topK: 5 },
    sent: {
      messages: [],
      additionalModelRequestFields: {
        inferenceConfig: { topK: 5 },
        reasoningConfig: { type: 'enabled', maxReasoningEffort: 'low' },
      },
    },
  },
  {
    name: 'an effort for Claude as a budget, and as itself where Claude knows efforts',
    said: { reasoning: { effort: 'low' }, maxOutputTokens: 1_500 },
    sent: {
      messages: [],
      inferenceConfig: { maxTokens: 1_500 },
      additionalModelRequestFields: { thinking: { type: 'enabled', budget_tokens: 1_499 } },
    },
    lost: ['reasoning_effort'],
  },
  {
    name: 'an effort for a Claude that knows efforts (lines 105, 106)',
    model: CLAUDE_NEW,
    said: { reasoning: { effort: 'high', includeText: true } },
    sent: {
      messages: [],
      additionalModelRequestFields: {
        thinking: { type: 'adaptive', display: 'summarized' },
        output_config: { effort: 'high' },
      },
    },
  },
  {
    name: 'citations on their way back (line 109)',
    said: {
      messages: [
        assistant({
          type: 'text',
          text: '20 days',
          citations: [
            { kind: 'document', original: { wire: 'bedrock', json: { title: 'policy' } } },
          ],
        }),
      ],
    },
    sent: {
      messages: [
        {
          role: 'assistant',
          content: [
            {
              citationsContent: {
                content: [{ text: '20 days' }],
                citations: [{ title: 'policy' }],
              },
            },
          ],
        },
      ],
    },
  },
  {
    name: 'a tool that Nova runs itself (line 28)',
    model: NOVA,
    said: {
      tools: [
        { type: 'server', wire: 'openai-chat', kind: 'web_search', name: 'web_search', json: {} },
      ],
    },
    sent: { messages: [], toolConfig: { tools: [{ systemTool: { name: 'nova_grounding' } }] } },
    lost: ['tools[].web_search'],
  },
  {
    name: 'no tools at all for tool_choice none, and some for allowed ones',
    said: {
      tools: [tool, { ...tool, name: 'g' }],
      toolChoice: { type: 'allowed', mode: 'required', names: ['g'] },
    },
    sent: {
      messages: [],
      toolConfig: {
        tools: [{ toolSpec: { name: 'g', inputSchema: { json: { type: 'object' } } } }],
        toolChoice: { any: {} },
      },
    },
    lost: ['tool_choice'],
  },
  {
    name: 'ids that Converse does not take, the same for call and result',
    said: {
      messages: [assistant(call('functions.f:0', '{}')), result('functions.f:0', 'r')],
    },
    sent: {
      messages: [
        {
          role: 'assistant',
          content: [{ toolUse: { toolUseId: 'functions_f_0', name: 'f', input: {} } }],
        },
        {
          role: 'user',
          content: [{ toolResult: { toolUseId: 'functions_f_0', content: [{ text: 'r' }] } }],
        },
      ],
    },
    lost: ['messages[].tool_calls[].id'],
  },
  {
    name: 'metadata and the service tier',
    said: { metadata: { team: 'a' }, serviceTier: 'priority' },
    sent: { messages: [], requestMetadata: { team: 'a' }, serviceTier: { type: 'priority' } },
  },
  {
    name: 'what has no place in Converse is named',
    said: {
      seed: 1,
      logprobs: true,
      frequencyPenalty: 0.5,
      presencePenalty: 0,
      candidates: 1,
      endUser: 'u',
      metadata: { team: '<' },
      others: { store: true },
      parallelToolCalls: false,
      tools: [tool],
    },
    sent: {
      messages: [],
      toolConfig: {
        tools: [{ toolSpec: { name: 'f', inputSchema: { json: { type: 'object' } } } }],
      },
    },
    lost: [
      'parallel_tool_calls',
      'logprobs',
      'seed',
      'frequency_penalty',
      'user',
      'store',
      'metadata',
    ],
  },
];

describe('a conversation on its way to Converse', () => {
  it.each(SHAPES)('carries $name', ({ said, model, sent, lost = [] }) => {
    const encoded = encode(said, model);
    expect(encoded.refused).toBeUndefined();
    expect(encoded.json).toEqual({ inferenceConfig: {}, ...sent });
    expect(encoded.lost).toEqual(lost);
  });

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
