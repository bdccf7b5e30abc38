import { EventStreamCodec } from '@smithy/eventstream-codec';
import type { Dialect, ProviderSlug } from '@tollgate/contracts';
import { chunk, event, type Reply } from './fake-upstream.ts';
import { messageEvents } from './anthropic-upstream.ts';

/** How a provider begins a streamed answer, on one of its wires: everything before what would end it. */
export interface Beginning {
  readonly provider: ProviderSlug;
  /** What the docs call the wire. */
  readonly wire: string;
  /** What the client speaks; passed through where the provider speaks it too. */
  readonly dialect: Dialect;
  readonly config?: Readonly<Record<string, unknown>>;
  readonly body: object;
  readonly target?: string;
  readonly contentType: string;
  readonly bytes: string | Buffer;
}

const CHAT = { model: 'm', stream: true, messages: [{ role: 'user', content: 'Hi' }] };
const SSE = 'text/event-stream';

const chat = (provider: ProviderSlug): Beginning => ({
  provider,
  wire: 'chat completions',
  dialect: 'openai-chat',
  body: CHAT,
  contentType: SSE,
  bytes: chunk('') + chunk('The quick ') + chunk('brown '),
});

/** Wires of which OpenAI's family is one, and the rest. */
export const BEGINNINGS: readonly Beginning[] = [
  ...(
    [
      'openai',
      'azure',
      'xai',
      'deepseek',
      'groq',
      'mistral',
      'openrouter',
      'ollama',
      'gateway',
      'custom',
    ] as const
  ).map(chat),
  {
    provider: 'openai',
    wire: 'responses',
    dialect: 'openai-responses',
    body: { model: 'm', stream: true, input: 'Hi' },
    contentType: SSE,
    bytes:
      event({
        type: 'response.created',
        response: { id: 'resp_1', status: 'in_progress', usage: null },
      }) +
      event({
        type: 'response.output_item.added',
        output_index: 0,
        item: {
          type: 'message',
          id: 'msg_1',
          role: 'assistant',
          status: 'in_progress',
          content: [],
        },
      }) +
      event({
        type: 'response.output_text.delta',
        item_id: 'msg_1',
        output_index: 0,
        content_index: 0,
        delta: 'The quick ',
      }),
  },
  {
    provider: 'anthropic',
    wire: 'messages',
    dialect: 'anthropic-messages',
    body: { ...CHAT, max_tokens: 100 },
    contentType: SSE,
    // Up to the text; the rest would say how long it was.
    bytes: messageEvents(['The quick ', 'brown ']).slice(0, 4).join(''),
  },
  {
    provider: 'google',
    wire: 'generateContent',
    dialect: 'gemini-generate',
    body: { contents: [{ role: 'user', parts: [{ text: 'Hi' }] }] },
    target: 'm:streamGenerateContent?alt=sse',
    contentType: SSE,
    bytes: event({
      candidates: [{ index: 0, content: { role: 'model', parts: [{ text: 'The quick ' }] } }],
      usageMetadata: { promptTokenCount: 250, candidatesTokenCount: 3, totalTokenCount: 253 },
    }),
  },
  {
    provider: 'bedrock',
    wire: 'converse',
    dialect: 'openai-chat',
    config: { region: 'us-east-1' },
    body: CHAT,
    contentType: 'application/vnd.amazon.eventstream',
    bytes: Buffer.concat([
      frame('messageStart', { role: 'assistant' }),
      frame('contentBlockDelta', { contentBlockIndex: 0, delta: { text: 'The quick ' } }),
      frame('contentBlockDelta', { contentBlockIndex: 0, delta: { text: 'brown ' } }),
    ]),
  },
  {
    provider: 'ollama',
    wire: 'api/chat',
    dialect: 'openai-chat',
    config: { api: 'native' },
    body: CHAT,
    contentType: 'application/x-ndjson',
    bytes: `${JSON.stringify({
      model: 'm',
      created_at: '2026-11-20T00:00:00Z',
      message: { role: 'assistant', content: 'The quick ' },
      done: false,
    })}\n`,
  },
];

/** Says so much, and then nothing, or breaks off. */
export function beginsWith({ bytes, contentType }: Beginning, then: 'hangs' | 'breaks'): Reply {
  return (response) => {
    response.writeHead(200, { 'content-type': contentType });
    response.write(bytes, () => {
      if (then === 'breaks') response.destroy();
    });
  };
}

function frame(name: string, body: unknown): Buffer {
  const codec = new EventStreamCodec(
    (bytes) => Buffer.from(bytes).toString(),
    (text) => Buffer.from(text),
  );
  const header = (value: string) => ({ type: 'string' as const, value });
  const headers = {
    ':event-type': header(name),
    ':content-type': header('application/json'),
    ':message-type': header('event'),
  };
  return Buffer.from(codec.encode({ headers, body: Buffer.from(JSON.stringify(body)) }));
}
