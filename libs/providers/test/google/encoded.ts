import { type Conversation, type LossPolicy, Losses, type Part } from '@tollgate/neutral';
import type { WireRequest } from '../../src/chat-wire.ts';
import { PROVIDERS } from '../../src/provider-registry.ts';
import type { ProviderConnection } from '../../src/provider.ts';

function connect(config = {}): ProviderConnection {
  const parts = { baseUrl: 'https://x.example', config, credential: 'key' };
  const connected = PROVIDERS.google.connect(parts);
  if (!connected.ok) throw new Error(connected.failure.internal);
  return connected.value;
}

export const studio = connect();
export const vertex = connect({ vertex: { project: 'p', location: 'global' } });

export const user = (...parts: Part[]) => ({ role: 'user', parts }) as const;
export const text = (value: string): Part => ({ type: 'text', text: value });
export const conversation = (fields: Partial<Conversation> = {}): Conversation => ({
  messages: [user(text('hi'))],
  others: {},
  origin: 'openai-chat',
  ...fields,
});

export interface Options extends Partial<WireRequest> {
  readonly policy?: LossPolicy;
  readonly connection?: ProviderConnection;
}

/** The body that is sent, and what was lost or refused. */
export function encode(fields: Partial<Conversation>, options: Options = {}) {
  const { policy = 'lenient', connection = studio, ...rest } = options;
  const losses = new Losses(policy, 'google');
  const sent = connection.chat?.encodeRequest({
    conversation: conversation(fields),
    model: 'gemini-2.5-flash',
    stream: false,
    outputCap: null,
    losses,
    fetched: new Map(),
    ...rest,
  });
  if (!sent?.ok) throw new Error('not encoded');
  const settled = losses.settle();
  const body: Record<string, unknown> = JSON.parse(Buffer.from(sent.value.body).toString());
  return { body, lost: settled.ok ? settled.value : settled.failure.param };
}
