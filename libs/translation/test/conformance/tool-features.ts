import { type Client, type Feature, type Fields, PNG, SCHEMA } from './feature.ts';

const tools = (schema: Fields = SCHEMA, extra: Fields = {}) => ({
  'openai-chat': {
    tools: [{ type: 'function', function: { name: 'mark_tool', parameters: schema, ...extra } }],
  },
  'openai-responses': {
    tools: [{ type: 'function', name: 'mark_tool', parameters: schema, ...extra }],
  },
  'anthropic-messages': { tools: [{ name: 'mark_tool', input_schema: schema }] },
  'gemini-generate': {
    tools: [{ functionDeclarations: [{ name: 'mark_tool', parametersJsonSchema: schema }] }],
  },
});

/** Tools and what else is said of them, dialect by dialect. */
const toolsWith = (more: Readonly<Record<Client, Fields>>): Readonly<Record<Client, Fields>> => {
  const plain = tools();
  const both = (client: Client): Fields => ({ ...plain[client], ...more[client] });
  return {
    'openai-chat': both('openai-chat'),
    'openai-responses': both('openai-responses'),
    'anthropic-messages': both('anthropic-messages'),
    'gemini-generate': both('gemini-generate'),
  };
};

/** A question, a call of the tool, and its result; `image` beside the text of the result where it is wanted. */
const toolTurn = (isError: boolean, hasImage: boolean): Feature['says'] => ({
  ...(isError
    ? {}
    : {
        'openai-chat': {
          ...tools()['openai-chat'],
          messages: [
            { role: 'user', content: 'Go' },
            {
              role: 'assistant',
              content: null,
              tool_calls: [
                {
                  id: 'call_mark1',
                  type: 'function',
                  function: { name: 'mark_tool', arguments: '{"mark_city":"Wien"}' },
                },
              ],
            },
            {
              role: 'tool',
              tool_call_id: 'call_mark1',
              content: hasImage
                ? [
                    { type: 'text', text: 'RESULT-MARK' },
                    { type: 'image_url', image_url: { url: `data:image/png;base64,${PNG}` } },
                  ]
                : 'RESULT-MARK',
            },
          ],
        },
        'openai-responses': {
          ...tools()['openai-responses'],
          input: [
            { role: 'user', content: 'Go' },
            {
              type: 'function_call',
              call_id: 'call_mark1',
              name: 'mark_tool',
              arguments: '{"mark_city":"Wien"}',
            },
            {
              type: 'function_call_output',
              call_id: 'call_mark1',
              output: hasImage
                ? [
                    { type: 'input_text', text: 'RESULT-MARK' },
                    { type: 'input_image', image_url: `data:image/png;base64,${PNG}` },
                  ]
                : 'RESULT-MARK',
            },
          ],
        },
      }),
  'anthropic-messages': {
    ...tools()['anthropic-messages'],
    messages: [
      { role: 'user', content: 'Go' },
      {
        role: 'assistant',
        content: [
          { type: 'tool_use', id: 'call_mark1', name: 'mark_tool', input: { mark_city: 'Wien' } },
        ],
      },
      {
        role: 'user',
        content: [
          {
            type: 'tool_result',
            tool_use_id: 'call_mark1',
            ...(isError ? { is_error: true } : {}),
            content: [
              { type: 'text', text: 'RESULT-MARK' },
              ...(hasImage
                ? [
                    {
                      type: 'image',
                      source: { type: 'base64', media_type: 'image/png', data: PNG },
                    },
                  ]
                : []),
            ],
          },
        ],
      },
    ],
  },
  ...(isError || hasImage
    ? {}
    : {
        'gemini-generate': {
          ...tools()['gemini-generate'],
          contents: [
            { role: 'user', parts: [{ text: 'Go' }] },
            {
              role: 'model',
              parts: [{ functionCall: { name: 'mark_tool', args: { mark_city: 'Wien' } } }],
            },
            {
              role: 'user',
              parts: [
                { functionResponse: { name: 'mark_tool', response: { result: 'RESULT-MARK' } } },
              ],
            },
          ],
        },
      }),
});

/** Tools, calls and results. */
export const TOOL_FEATURES: readonly Feature[] = [
  { name: 'tools', marks: [/mark_tool/, /mark_city/], says: tools() },
  {
    name: 'tools: additionalProperties, $schema',
    marks: [/mark_tool/, /mark_city/],
    says: tools({
      ...SCHEMA,
      $schema: 'http://json-schema.org/draft-07/schema#',
      additionalProperties: false,
    }),
  },
  {
    name: 'tools: strict',
    marks: [/"strict":true/],
    says: {
      'openai-chat': tools({ ...SCHEMA, additionalProperties: false }, { strict: true })[
        'openai-chat'
      ],
      'openai-responses': tools({ ...SCHEMA, additionalProperties: false }, { strict: true })[
        'openai-responses'
      ],
    },
  },
  {
    name: 'tool choice: one tool',
    marks: [/(tool_?choice|functionCallingConfig)"?.*mark_tool/i],
    says: toolsWith({
      'openai-chat': { tool_choice: { type: 'function', function: { name: 'mark_tool' } } },
      'openai-responses': { tool_choice: { type: 'function', name: 'mark_tool' } },
      'anthropic-messages': { tool_choice: { type: 'tool', name: 'mark_tool' } },
      'gemini-generate': {
        toolConfig: { functionCallingConfig: { mode: 'ANY', allowedFunctionNames: ['mark_tool'] } },
      },
    }),
  },
  {
    name: 'tool choice: some tool',
    marks: [/"required"|"any"|"ANY"/],
    says: toolsWith({
      'openai-chat': { tool_choice: 'required' },
      'openai-responses': { tool_choice: 'required' },
      'anthropic-messages': { tool_choice: { type: 'any' } },
      'gemini-generate': { toolConfig: { functionCallingConfig: { mode: 'ANY' } } },
    }),
  },
  {
    name: 'no parallel calls',
    marks: [/"parallel_tool_calls":false|"disable_parallel_tool_use":true/],
    says: {
      'openai-chat': { ...tools()['openai-chat'], parallel_tool_calls: false },
      'openai-responses': { ...tools()['openai-responses'], parallel_tool_calls: false },
      'anthropic-messages': {
        ...tools()['anthropic-messages'],
        tool_choice: { type: 'auto', disable_parallel_tool_use: true },
      },
    },
  },
  { name: 'call and result', marks: [/RESULT-MARK/, /Wien/], says: toolTurn(false, false) },
  {
    name: 'result that is an error',
    marks: [/is_?error|"status":"error"|RESULT-MARK.*rror|rror.*RESULT-MARK/i],
    says: toolTurn(true, false),
  },
  {
    name: 'result with an image',
    marks: [/RESULT-MARK/, /iVBORw0KGgo/],
    says: toolTurn(false, true),
  },
  {
    name: 'web search by the provider',
    marks: [/web_search|googleSearch|google_search/],
    says: {
      'openai-responses': { tools: [{ type: 'web_search' }] },
      'anthropic-messages': { tools: [{ type: 'web_search_20250305', name: 'web_search' }] },
      'gemini-generate': { tools: [{ googleSearch: {} }] },
    },
  },
];
