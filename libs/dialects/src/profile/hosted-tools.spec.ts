import { anthropicMessages, geminiGenerate, openaiChat, openaiResponses } from '../index.ts';
import type { Dialect } from '../dialect.ts';

function profileOf(dialect: Dialect, body: object) {
  const parsed = dialect.parse(Buffer.from(JSON.stringify(body)), { model: 'm', stream: false });
  if (!parsed.ok) throw new Error(parsed.failure.message);
  return parsed.value.profile;
}

const messages = [{ role: 'user', content: 'hi' }];
const contents = [{ role: 'user', parts: [{ text: 'hi' }] }];
const FUNCTION = { type: 'function', function: { name: 'f' } };

describe('tools that a provider runs', () => {
  it.each([
    ['none are asked for', {}, 0],
    ['the caller runs them', { tools: [FUNCTION, { type: 'custom', custom: {} }] }, 0],
    ['the model searches before it answers', { web_search_options: {} }, 1],
    ['a plugin of OpenRouter’s', { plugins: [{ id: 'web' }] }, null],
    ['a search of xAI’s', { search_parameters: { mode: 'auto' } }, null],
    ['a search that is off', { search_parameters: { mode: 'off' } }, 0],
    ['a tool of Groq’s', { tools: [FUNCTION, { type: 'browser_search' }] }, null],
  ])('are counted in chat completions: %s', (_, body, calls) => {
    expect(profileOf(openaiChat, { messages, ...body }).hostedToolCalls).toBe(calls);
  });

  it.each([
    ['the caller runs them', { tools: [{ type: 'function' }, { type: 'local_shell' }] }, 0],
    ['without a limit', { tools: [{ type: 'web_search' }] }, null],
    ['with one', { tools: [{ type: 'web_search' }], max_tool_calls: 3 }, 3],
    ['servers of others', { tools: [{ type: 'mcp', server_url: 'https://a.example' }] }, null],
  ])('are counted in responses: %s', (_, body, calls) => {
    expect(profileOf(openaiResponses, { input: 'hi', ...body }).hostedToolCalls).toBe(calls);
  });

  it.each([
    [
      'the caller runs them',
      [
        { name: 'f', input_schema: {} },
        { type: 'custom', name: 'g' },
      ],
      0,
    ],
    [
      'with limits',
      [
        { type: 'web_search_20250305', max_uses: 2 },
        { type: 'web_fetch_20250910', max_uses: 1 },
      ],
      3,
    ],
    [
      'one without',
      [{ type: 'web_search_20250305', max_uses: 2 }, { type: 'code_execution_20260521' }],
      null,
    ],
  ])('are counted in messages: %s', (_, tools, calls) => {
    const body = { messages, max_tokens: 9, tools };
    expect(profileOf(anthropicMessages, body).hostedToolCalls).toBe(calls);
  });

  it.each([
    ['the caller runs them', [{ functionDeclarations: [] }, { computer_use: {} }], 0],
    ['a search', [{ functionDeclarations: [] }, { google_search: {} }], null],
  ])('are counted in Google’s: %s', (_, tools, calls) => {
    expect(profileOf(geminiGenerate, { contents, tools }).hostedToolCalls).toBe(calls);
  });

  it('are one more, and the answer another one, where a conversation may be summed up', () => {
    const claude = {
      messages,
      max_tokens: 9,
      context_management: { edits: [{ type: 'compact_20260112' }] },
    };
    const gpt = { input: 'hi', context_management: [{ type: 'compaction', compact_threshold: 9 }] };
    const cleared = {
      ...claude,
      context_management: { edits: [{ type: 'clear_tool_uses_20250919' }] },
    };
    const read = (dialect: Dialect, body: object) => {
      const { hostedToolCalls, choices } = profileOf(dialect, body);
      return [hostedToolCalls, choices];
    };
    expect(read(anthropicMessages, claude)).toEqual([1, 2]);
    expect(read(openaiResponses, gpt)).toEqual([1, 2]);
    expect(read(anthropicMessages, cleared)).toEqual([0, 1]);
  });

  it('leave room for the prompts that providers add for them', () => {
    const bare = { messages, max_tokens: 9 };
    const [plain, tools, computer] = [
      bare,
      { ...bare, tools: [{ name: 'f', input_schema: {} }] },
      { ...bare, tools: [{ type: 'computer_20251124', name: 'computer' }] },
    ].map(
      (body) => profileOf(anthropicMessages, body).inputTokensBound - JSON.stringify(body).length,
    );
    expect([plain, tools, computer]).toEqual([0, 1_000, 3_000]);
  });
});
