import { decodeUsage } from '../src/anthropic/decode-usage.ts';
import { decodeResponsesUsage } from '../src/openai-responses/decode-usage.ts';

const counts = { input_tokens: 10, output_tokens: 5 };
const search = (action: string, status = 'completed') => ({
  type: 'web_search_call',
  status,
  action: { type: action },
});

describe('searches of the web', () => {
  it('are counted as Anthropic reports them', () => {
    const searched = {
      ...counts,
      server_tool_use: { web_search_requests: 3, web_fetch_requests: 1 },
    };
    expect(decodeUsage(searched)?.webSearches).toBe(3);
    expect(
      decodeUsage({ ...counts, server_tool_use: { web_search_requests: 0 } }),
    ).not.toHaveProperty('webSearches');
    expect(decodeUsage({ ...counts, server_tool_use: null })).not.toHaveProperty('webSearches');
    expect(
      decodeUsage({ ...counts, server_tool_use: { web_search_requests: -1 } }),
    ).not.toHaveProperty('webSearches');
  });

  it("are counted in the items of OpenAI's responses, and pages that were opened are not", () => {
    const output = [
      search('search'),
      search('open_page'),
      search('find_in_page'),
      search('search', 'failed'),
      { type: 'web_search_call', status: 'completed' },
      { type: 'message', content: [] },
    ];
    expect(decodeResponsesUsage(counts, output)?.webSearches).toBe(2);
    for (const none of [[], undefined, 'x', [null, 7]])
      expect(decodeResponsesUsage(counts, none)).not.toHaveProperty('webSearches');
  });
});
