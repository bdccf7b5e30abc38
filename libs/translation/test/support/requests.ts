import type { ChatDialect } from '@tollgate/contracts';

/** One pixel. */
export const IMAGE =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

/** What must be found in whatever is sent to a provider. */
export const MARKS = [
  'be brief',
  'what is this',
  'get_weather',
  'Bern',
  'sunny 21',
  // More digits than a number holds.
  '12345678901234567890',
  IMAGE,
] as const;

const ARGUMENTS = { city: 'Bern', id: JSON.rawJSON('12345678901234567890') };

const PARAMETERS = {
  type: 'object',
  properties: { city: { type: 'string' } },
  required: ['city'],
};

const TOOL = {
  type: 'function',
  function: { name: 'get_weather', description: 'the weather', parameters: PARAMETERS },
};

const OPENAI_MESSAGES = [
  { role: 'system', content: 'be brief' },
  {
    role: 'user',
    content: [
      { type: 'text', text: 'what is this' },
      { type: 'image_url', image_url: { url: `data:image/png;base64,${IMAGE}` } },
    ],
  },
  {
    role: 'assistant',
    content: null,
    tool_calls: [
      {
        id: 'call_1',
        type: 'function',
        function: { name: 'get_weather', arguments: '{"city":"Bern","id":12345678901234567890}' },
      },
    ],
  },
  { role: 'tool', tool_call_id: 'call_1', content: 'sunny 21' },
  { role: 'user', content: 'and now?' },
];

/** The same conversation in each dialect: a system prompt, an image, a tool with its call and result, and settings. */
export const REQUESTS: Readonly<Partial<Record<ChatDialect, Record<string, unknown>>>> = {
  'openai-chat': {
    model: 'm-1',
    messages: OPENAI_MESSAGES,
    tools: [TOOL],
    tool_choice: 'auto',
    max_completion_tokens: 500,
    temperature: 0.5,
    top_p: 0.9,
    stop: ['END'],
    seed: 7,
  },
  'tollgate-chat': {
    messages: OPENAI_MESSAGES,
    tools: [TOOL],
    tool_choice: 'auto',
    max_tokens: 500,
    temperature: 0.5,
  },
  'openai-responses': {
    model: 'm-1',
    instructions: 'be brief',
    input: [
      {
        role: 'user',
        content: [
          { type: 'input_text', text: 'what is this' },
          { type: 'input_image', image_url: `data:image/png;base64,${IMAGE}` },
        ],
      },
      {
        type: 'function_call',
        call_id: 'call_1',
        name: 'get_weather',
        arguments: '{"city":"Bern","id":12345678901234567890}',
      },
      { type: 'function_call_output', call_id: 'call_1', output: 'sunny 21' },
      { role: 'user', content: 'and now?' },
    ],
    tools: [{ type: 'function', ...TOOL.function, strict: false }],
    max_output_tokens: 500,
    temperature: 0.5,
    top_p: 0.9,
  },
  'anthropic-messages': {
    model: 'm-1',
    system: [{ type: 'text', text: 'be brief' }],
    messages: [
      {
        role: 'user',
        content: [
          { type: 'text', text: 'what is this' },
          { type: 'image', source: { type: 'base64', media_type: 'image/png', data: IMAGE } },
        ],
      },
      {
        role: 'assistant',
        content: [{ type: 'tool_use', id: 'call_1', name: 'get_weather', input: ARGUMENTS }],
      },
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: 'call_1', content: 'sunny 21' },
          { type: 'text', text: 'and now?' },
        ],
      },
    ],
    tools: [{ name: 'get_weather', description: 'the weather', input_schema: PARAMETERS }],
    max_tokens: 500,
    temperature: 0.5,
    stop_sequences: ['END'],
    top_k: 5,
  },
  'gemini-generate': {
    systemInstruction: { parts: [{ text: 'be brief' }] },
    contents: [
      {
        role: 'user',
        parts: [{ text: 'what is this' }, { inlineData: { mimeType: 'image/png', data: IMAGE } }],
      },
      {
        role: 'model',
        parts: [{ functionCall: { name: 'get_weather', args: ARGUMENTS } }],
      },
      {
        role: 'user',
        parts: [
          { functionResponse: { name: 'get_weather', response: { output: 'sunny 21' } } },
          { text: 'and now?' },
        ],
      },
    ],
    tools: [{ functionDeclarations: [{ ...TOOL.function }] }],
    generationConfig: { maxOutputTokens: 500, temperature: 0.5, stopSequences: ['END'], seed: 7 },
  },
  'openai-completions': { model: 'm-1', prompt: 'what is this', max_tokens: 500 },
  'tollgate-complete': { prompt: 'what is this', max_tokens: 500 },
  'tollgate-vision': { messages: OPENAI_MESSAGES.slice(0, 2), max_tokens: 500 },
};
