import { type Feature, type Fields, SCHEMA } from './feature.ts';

const generation = (fields: Fields): Fields => ({ generationConfig: fields });

/** How the answer is to be made. */
export const SETTING_FEATURES: readonly Feature[] = [
  {
    name: 'JSON schema output',
    marks: [/mark_city/],
    says: {
      'openai-chat': {
        response_format: { type: 'json_schema', json_schema: { name: 'answer', schema: SCHEMA } },
      },
      'openai-responses': {
        text: { format: { type: 'json_schema', name: 'answer', schema: SCHEMA } },
      },
      'anthropic-messages': { output_config: { format: { type: 'json_schema', schema: SCHEMA } } },
      'gemini-generate': generation({
        responseMimeType: 'application/json',
        responseJsonSchema: SCHEMA,
      }),
    },
  },
  {
    name: 'JSON output',
    marks: [/json_object|application\/json|"format":"json"/],
    says: {
      'openai-chat': { response_format: { type: 'json_object' } },
      'openai-responses': { text: { format: { type: 'json_object' } } },
      'gemini-generate': generation({ responseMimeType: 'application/json' }),
    },
  },
  {
    name: 'output cap',
    marks: [/4321/],
    says: {
      'openai-chat': { max_completion_tokens: 4321 },
      'openai-responses': { max_output_tokens: 4321 },
      'anthropic-messages': { max_tokens: 4321 },
      'gemini-generate': generation({ maxOutputTokens: 4321 }),
    },
  },
  {
    name: 'stop sequences',
    marks: [/STOP-MARK/],
    says: {
      'openai-chat': { stop: ['STOP-MARK'] },
      'anthropic-messages': { stop_sequences: ['STOP-MARK'] },
      'gemini-generate': generation({ stopSequences: ['STOP-MARK'] }),
    },
  },
  {
    name: 'temperature',
    marks: [/0\.4321/],
    says: {
      'openai-chat': { temperature: 0.4321 },
      'openai-responses': { temperature: 0.4321 },
      'anthropic-messages': { temperature: 0.4321 },
      'gemini-generate': generation({ temperature: 0.4321 }),
    },
  },
  {
    name: 'top p',
    marks: [/0\.8765/],
    says: {
      'openai-chat': { top_p: 0.8765 },
      'openai-responses': { top_p: 0.8765 },
      'anthropic-messages': { top_p: 0.8765 },
      'gemini-generate': generation({ topP: 0.8765 }),
    },
  },
  {
    name: 'top k',
    marks: [/4321/],
    says: {
      'anthropic-messages': { top_k: 4321 },
      'gemini-generate': generation({ topK: 4321 }),
    },
  },
  {
    name: 'seed',
    marks: [/987654/],
    says: { 'openai-chat': { seed: 987654 }, 'gemini-generate': generation({ seed: 987654 }) },
  },
  {
    name: 'frequency and presence penalty',
    marks: [/0\.1234/, /0\.2345/],
    says: {
      'openai-chat': { frequency_penalty: 0.1234, presence_penalty: 0.2345 },
      'gemini-generate': generation({ frequencyPenalty: 0.1234, presencePenalty: 0.2345 }),
    },
  },
  {
    name: 'logit bias',
    marks: [/"50256":-77/],
    says: { 'openai-chat': { logit_bias: { '50256': -77 } } },
  },
  {
    name: 'logprobs',
    marks: [/log_?probs/i],
    says: {
      'openai-chat': { logprobs: true, top_logprobs: 3 },
      'openai-responses': { top_logprobs: 3, include: ['message.output_text.logprobs'] },
      'gemini-generate': generation({ responseLogprobs: true, logprobs: 3 }),
    },
  },
  {
    name: 'two answers (n)',
    marks: [/"(n|candidateCount)":2/],
    says: { 'openai-chat': { n: 2 }, 'gemini-generate': generation({ candidateCount: 2 }) },
  },
  {
    name: 'reasoning effort',
    marks: [/"high"|"HIGH"|budget|thinking|"think":/i],
    says: {
      'openai-chat': { reasoning_effort: 'high' },
      'openai-responses': { reasoning: { effort: 'high' } },
      'anthropic-messages': { output_config: { effort: 'high' } },
      'gemini-generate': generation({ thinkingConfig: { thinkingLevel: 'HIGH' } }),
    },
  },
  {
    name: 'reasoning budget',
    marks: [/2345|effort/],
    says: {
      'anthropic-messages': {
        max_tokens: 9_999,
        thinking: { type: 'enabled', budget_tokens: 2345 },
      },
      'gemini-generate': generation({ thinkingConfig: { thinkingBudget: 2345 } }),
    },
  },
  {
    name: 'prompt-cache marks',
    marks: [/cache_control|cachePoint/],
    says: {
      'anthropic-messages': {
        system: [{ type: 'text', text: 'Long', cache_control: { type: 'ephemeral' } }],
      },
    },
  },
  {
    name: 'prompt cache key',
    marks: [/CACHE-KEY-MARK/],
    says: {
      'openai-chat': { prompt_cache_key: 'CACHE-KEY-MARK' },
      'openai-responses': { prompt_cache_key: 'CACHE-KEY-MARK' },
    },
  },
  {
    name: 'end user',
    marks: [/USER-MARK/],
    says: {
      'openai-chat': { user: 'USER-MARK' },
      'openai-responses': { user: 'USER-MARK' },
      'anthropic-messages': { metadata: { user_id: 'USER-MARK' } },
    },
  },
  {
    name: 'service tier',
    marks: [/"service_?tier":/i],
    says: {
      'openai-chat': { service_tier: 'flex' },
      'openai-responses': { service_tier: 'flex' },
    },
  },
  {
    name: 'verbosity',
    marks: [/"verbosity":"low"/],
    says: {
      'openai-chat': { verbosity: 'low' },
      'openai-responses': { text: { verbosity: 'low' } },
    },
  },
  {
    name: 'a field that nobody knows',
    marks: [/"mark_unknown"/],
    says: {
      'openai-chat': { mark_unknown: 1 },
      'openai-responses': { mark_unknown: 1 },
      'anthropic-messages': { mark_unknown: 1 },
      'gemini-generate': { mark_unknown: 1 },
    },
  },
];
