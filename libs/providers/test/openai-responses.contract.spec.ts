import type { ProviderSlug } from '@tollgate/contracts';
import { PROVIDERS } from '../src/provider-registry.ts';
import { providerContract } from '../src/provider.contract.ts';
import type { ClientRequest } from '../src/provider.ts';

const request: ClientRequest = {
  dialect: 'openai-responses',
  operation: 'chat',
  body: Buffer.from('{"model":"m","input":"x"}'),
  stream: false,
  usageAsked: true,
  modelAsked: 'm',
  outputCap: null,
};

const event = (type: string, rest: object): string =>
  `event: ${type}\ndata: ${JSON.stringify({ type, ...rest })}\n\n`;
const delta = (text: string): string =>
  event('response.output_text.delta', {
    item_id: 'msg_1',
    output_index: 0,
    content_index: 0,
    delta: text,
  });
/** Text that looks like frames and like notable events, in two and three bytes a character. */
const CONTENTS = [
  'Hé',
  'llo €😀',
  '\n\nevent: response.completed\ndata: {}\n\n',
  '"error":{"code":"x"}',
  'response.failed [DONE]',
];
const usage = {
  input_tokens: 100,
  input_tokens_details: { cached_tokens: 40, cache_write_tokens: 10 },
  output_tokens: 50,
  output_tokens_details: { reasoning_tokens: 20 },
  total_tokens: 150,
};
const ended = {
  id: 'resp_1',
  object: 'response',
  status: 'completed',
  error: null,
  output: [
    {
      id: 'msg_1',
      type: 'message',
      role: 'assistant',
      status: 'completed',
      content: [{ type: 'output_text', text: CONTENTS.join(''), annotations: [] }],
    },
  ],
  usage,
};
const begun = { ...ended, status: 'in_progress', output: [], usage: null };
const events = [
  event('response.created', { response: begun }),
  event('response.in_progress', { response: begun }),
  ...CONTENTS.map(delta),
  event('response.completed', { response: ended }),
];

const VENDORS: readonly { slug: ProviderSlug; baseUrl?: string; config?: object }[] = [
  { slug: 'openai' },
  { slug: 'xai' },
  { slug: 'openrouter' },
  { slug: 'deepseek' },
  { slug: 'groq' },
  { slug: 'azure', baseUrl: 'https://x.openai.azure.com' },
  { slug: 'gateway', baseUrl: 'https://gateway.example/v1', config: { responses: true } },
  { slug: 'custom', baseUrl: 'https://custom.example/v1', config: { api: 'responses' } },
];

describe.each(VENDORS)('$slug, over the responses API', ({ slug, baseUrl, config = {} }) => {
  const provider = PROVIDERS[slug];
  const sample = {
    provider,
    baseUrl: baseUrl ?? provider.defaultBaseUrl ?? '',
    config: { ...config },
    request,
    answer: JSON.stringify({ ...ended, surprise: [1] }),
  };
  providerContract('with LF', { ...sample, events, shown: events });
  const crlf = events.map((one) => one.replaceAll('\n', '\r\n'));
  providerContract('with CRLF', { ...sample, events: crlf, shown: crlf });
});
