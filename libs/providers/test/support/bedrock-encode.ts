import { type Conversation, Losses, type Message, type Part } from '@tollgate/neutral';
import { defaultBaseUrl, PROVIDERS } from '../../src/provider-registry.ts';
import type { WireRequest } from '../../src/chat-wire.ts';
import type { ConnectionParts, ProviderConnection } from '../../src/provider.ts';
import { EMPTY_CONVERSATION, wireRequest } from './read-wire.ts';

export const CLAUDE = 'us.anthropic.claude-sonnet-4-5-20250929-v1:0';
export const CLAUDE_NEW = 'us.anthropic.claude-opus-4-6-v1:0';
export const NOVA = 'us.amazon.nova-2-lite-v1:0';
export const STATIC = JSON.stringify({ accessKeyId: 'AKID', secretAccessKey: 'secret' });
export const PNG = 'iVBORw0KGgo=';

export function connect(changes: Partial<ConnectionParts> = {}): ProviderConnection {
  const config = { region: 'us-east-1' };
  const baseUrl = defaultBaseUrl('bedrock', config) ?? '';
  const parts = { baseUrl, config, credential: STATIC, ...changes };
  const connected = PROVIDERS.bedrock.connect(parts);
  if (!connected.ok) throw new Error(connected.failure.internal);
  return connected.value;
}

/** What became of a conversation on its way out. */
export interface Encoded {
  readonly path: string;
  readonly json: Readonly<Record<string, unknown>>;
  readonly lost: readonly string[];
  /** The field that was refused. */
  readonly refused: string | undefined;
}

export function encode(
  conversation: Partial<Conversation>,
  model = CLAUDE,
  changes: Partial<WireRequest> = {},
  connection = connect(),
): Encoded {
  const losses = new Losses('lenient', 'bedrock');
  const request = wireRequest(model, {
    conversation: { ...EMPTY_CONVERSATION, ...conversation },
    losses,
    ...changes,
  });
  const encoded = connection.chat?.encodeRequest(request);
  if (!encoded?.ok) throw new Error('not encoded');
  const settled = losses.settle();
  return {
    path: encoded.value.path,
    json: JSON.parse(Buffer.from(encoded.value.body).toString()),
    lost: settled.ok ? settled.value : [],
    refused: settled.ok ? undefined : settled.failure.param,
  };
}

export const user = (...parts: Part[]): Message => ({ role: 'user', parts });
export const assistant = (...parts: Part[]): Message => ({ role: 'assistant', parts });
export const text = (said: string): Part => ({ type: 'text', text: said });
export const call = (id: string, argumentsText: string): Part => ({
  type: 'tool-call',
  id,
  name: 'f',
  argumentsText,
  kind: 'function',
});
export const result = (callId: string, ...said: string[]): Message => ({
  role: 'tool',
  parts: [
    {
      type: 'tool-result',
      callId,
      kind: 'function',
      parts: said.map((inner) => ({ type: 'text', text: inner })),
    },
  ],
});
export const tool = { type: 'function', name: 'f', parameters: { type: 'object' } } as const;

/** A conversation and the fields that Converse gets, in the shapes that were recorded. */
export interface Shape {
  readonly name: string;
  readonly said: Partial<Conversation>;
  readonly model?: string;
  readonly sent: Readonly<Record<string, unknown>>;
  readonly lost?: readonly string[];
}

export function expectShape({ said, model, sent, lost = [] }: Shape): void {
  const encoded = encode(said, model);
  expect(encoded.refused).toBeUndefined();
  expect(encoded.json).toEqual({ inferenceConfig: {}, ...sent });
  expect(encoded.lost).toEqual(lost);
}
