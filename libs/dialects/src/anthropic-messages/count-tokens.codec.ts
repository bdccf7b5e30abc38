import type { CountTokensCodec } from '../count-tokens-codec.ts';
import { anthropicMessagesCodec } from './anthropic-messages.codec.ts';

/** The body is that of a message, but for what concerns the answer. */
export const anthropicCountTokensCodec: CountTokensCodec = {
  dialect: 'anthropic-count-tokens',
  prompt: anthropicMessagesCodec,
  encodeCount: (tokens) => Buffer.from(JSON.stringify({ input_tokens: tokens })),
};
