import {
  assistant,
  call,
  expectShape,
  PNG,
  result,
  type Shape,
  text,
  tool,
  user,
} from './support/bedrock-encode.ts';

const SHAPES: readonly Shape[] = [
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
];

describe('what was said, on its way to Converse', () => {
  it.each(SHAPES)('carries $name', (shape) => {
    expectShape(shape);
  });
});
