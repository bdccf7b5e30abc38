import { type CountTokensWire, countTokensWire, pick } from '../count-tokens-wire.ts';
import { type ResponsesEndpoint, responsesWire } from './responses-wire.ts';

/** The fields of a response that OpenAI counts (openai 6.49, `responses.inputTokens.count`, 2026-11). */
const COUNTED = [
  'model',
  'input',
  'instructions',
  'tools',
  'tool_choice',
  'parallel_tool_calls',
  'reasoning',
  'text',
  'truncation',
] as const;

/** OpenAI's `/responses/input_tokens`. */
export function responsesCountTokens(endpoint: ResponsesEndpoint): CountTokensWire {
  return countTokensWire(responsesWire(endpoint), {
    pathFrom: (path) => `${path}/input_tokens`,
    bodyFrom: (body) => pick(body, COUNTED),
    field: 'input_tokens',
  });
}
