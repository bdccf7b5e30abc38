import { CLAUDE_NEW, expectShape, NOVA, type Shape, tool } from './support/bedrock-encode.ts';

const SHAPES: readonly Shape[] = [
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

describe('what is asked for, on its way to Converse', () => {
  it.each(SHAPES)('carries $name', (shape) => {
    expectShape(shape);
  });
});
