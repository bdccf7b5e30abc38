import type { ChatWire } from '../chat-wire.ts';
import { type CountTokensWire, countTokensWire, pick } from '../count-tokens-wire.ts';
import type { GoogleEndpoint } from './endpoint.ts';
import { WHOLE } from './methods.ts';

/** All that Vertex counts (cloud.google.com/vertex-ai/docs/reference/rest, `countTokens`, 2026-11). */
const COUNTED_BY_VERTEX = ['contents', 'systemInstruction', 'tools', 'generationConfig'] as const;

/** Google's `countTokens`; AI Studio takes the whole request that would be sent. */
export function googleCountTokens(chat: ChatWire, { isVertex }: GoogleEndpoint): CountTokensWire {
  return countTokensWire(chat, {
    pathFrom: (path) => path.replace(new RegExp(`:${WHOLE}$`), ':countTokens'),
    bodyFrom: (body, model) => {
      if (isVertex) return pick(body, COUNTED_BY_VERTEX);
      const name = /^(models|tunedModels)\//.test(model) ? model : `models/${model}`;
      return { generateContentRequest: { model: name, ...body } };
    },
    field: 'totalTokens',
  });
}
