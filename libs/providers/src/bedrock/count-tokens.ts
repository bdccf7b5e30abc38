import type { ChatWire } from '../chat-wire.ts';
import { type CountTokensWire, countTokensWire, pick } from '../count-tokens-wire.ts';

/** What Converse says that Bedrock counts (docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_CountTokens.html, 2026-11). */
const COUNTED = ['messages', 'system', 'toolConfig', 'additionalModelRequestFields'] as const;

/** Bedrock's CountTokens, for models that have it. */
export function bedrockCountTokens(chat: ChatWire): CountTokensWire {
  return countTokensWire(chat, {
    pathFrom: (path) => path.replace(/\/converse$/, '/count-tokens'),
    bodyFrom: (body) => ({ input: { converse: pick(body, COUNTED) } }),
    field: 'inputTokens',
  });
}
