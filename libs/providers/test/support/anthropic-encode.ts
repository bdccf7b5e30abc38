import { type Conversation, Losses, type LossPolicy, type Message } from '@tollgate/neutral';
import type { WireRequest } from '../../src/chat-wire.ts';
import { PROVIDERS } from '../../src/provider-registry.ts';
import { wireRequest } from './read-wire.ts';

const connected = PROVIDERS.anthropic.connect({
  baseUrl: 'https://api.anthropic.com',
  config: {},
  credential: 'secret',
});
if (!connected.ok || !connected.value.chat) throw new Error('Anthropic has a wire of its own');
export const anthropicWire = connected.value.chat;

export const HI: Message = { role: 'user', parts: [{ type: 'text', text: 'hi' }] };

export interface Sent {
  readonly body: Record<string, unknown>;
  readonly lost: unknown;
}

/** What goes to Anthropic for a conversation, and what was told of losses: names, or the name that was refused. */
export function encode(
  wished: Partial<Conversation>,
  model = 'claude-haiku-4-5',
  changes: Partial<WireRequest> & { readonly policy?: LossPolicy } = {},
): Sent {
  const conversation: Conversation = {
    ...{ messages: [HI], others: {}, origin: 'openai-chat', ...wished },
  };
  const losses = new Losses(changes.policy ?? 'lenient', 'anthropic');
  const encoded = anthropicWire.encodeRequest(
    wireRequest(model, { losses, ...changes, conversation }),
  );
  if (!encoded.ok) throw new Error(encoded.failure.code);
  const settled = losses.settle();
  return {
    body: JSON.parse(Buffer.from(encoded.value.body).toString()),
    lost: settled.ok ? settled.value : `refused: ${settled.failure.param}`,
  };
}
