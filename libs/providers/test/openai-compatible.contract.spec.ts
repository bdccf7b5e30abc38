import { type ProviderSlug } from '@tollgate/contracts';
import { PROVIDERS } from '../src/provider-registry.ts';
import { providerContract } from '../src/provider.contract.ts';
import type { ClientRequest } from '../src/provider.ts';

const request: ClientRequest = {
  dialect: 'openai-chat',
  operation: 'chat',
  body: Buffer.from('{"model":"m","messages":[]}'),
  stream: false,
  usageAsked: false,
  modelAsked: 'm',
  outputCap: null,
};

const data = (value: unknown): string => `data: ${JSON.stringify(value)}\n\n`;
const chunk = (content: string, finish: string | null = null): string =>
  data({
    id: 'c',
    object: 'chat.completion.chunk',
    choices: [{ index: 0, delta: { content }, finish_reason: finish }],
    usage: null,
  });
/** Text that looks like frames, in two and three bytes a character. */
const CONTENTS = ['Hé', 'llo €😀', '\n\ndata: [DONE]\n\n', '"usage":{"prompt_tokens":9}', '[DONE]'];
const DONE = 'data: [DONE]\n\n';
const usage = {
  prompt_tokens: 100,
  completion_tokens: 50,
  total_tokens: 150,
  prompt_tokens_details: { cached_tokens: 40, audio_tokens: 0 },
  completion_tokens_details: { reasoning_tokens: 20 },
};

const COMPATIBLE: readonly { slug: ProviderSlug; baseUrl?: string }[] = [
  { slug: 'openai' },
  { slug: 'mistral' },
  { slug: 'groq' },
  { slug: 'xai' },
  { slug: 'deepseek' },
  { slug: 'openrouter' },
  { slug: 'ollama' },
  { slug: 'azure', baseUrl: 'https://x.openai.azure.com' },
  { slug: 'gateway', baseUrl: 'https://gateway.example/v1' },
  { slug: 'custom', baseUrl: 'https://custom.example/v1' },
];

describe.each(COMPATIBLE)('$slug', ({ slug, baseUrl }) => {
  const provider = PROVIDERS[slug];
  const content = CONTENTS.map((text) => chunk(text));
  providerContract('with LF', {
    provider,
    baseUrl: baseUrl ?? provider.defaultBaseUrl ?? '',
    request,
    events: [...content, chunk('', 'stop'), data({ choices: [], usage }), DONE],
    shown: [...content, chunk('', 'stop'), DONE],
    answer: JSON.stringify({
      choices: [{ message: { content: CONTENTS.join('') }, finish_reason: 'stop' }],
      usage,
      surprise: [1],
    }),
  });
});

const crlf = (events: readonly string[]): string[] =>
  events.map((event) => event.replaceAll('\n', '\r\n'));

providerContract('a stream with CRLF, comments and named events', {
  provider: PROVIDERS.openrouter,
  baseUrl: 'https://openrouter.ai/api/v1',
  request,
  events: crlf([
    `event: message\nid: 1\n${chunk('a')}`,
    ': OPENROUTER PROCESSING\n\n',
    chunk('b'),
    chunk('', 'length'),
    data({ choices: [], usage }),
    DONE,
  ]),
  shown: crlf([
    `event: message\nid: 1\n${chunk('a')}`,
    ': OPENROUTER PROCESSING\n\n',
    chunk('b'),
    chunk('', 'length'),
    DONE,
  ]),
  answer: JSON.stringify({ choices: [{ finish_reason: 'length' }], usage }),
});
