import { CHAT_FIELDS } from '../chat/schema.ts';
import type { JsonSchema } from '../dialect.ts';

/** The fields of OpenAI's responses that Tollgate itself reads; others pass through. */
export const requestSchema: JsonSchema = {
  type: 'object',
  properties: {
    model: {
      type: ['string', 'null'],
      maxLength: 256,
      description:
        'A model, `provider/model`, or a route’s name; left out, the key’s route decides.',
    },
    input: {
      description: 'Text, or items: messages, tool calls and their outputs, reasoning.',
      anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'object' } }],
    },
    instructions: { type: ['string', 'null'] },
    stream: {
      type: ['boolean', 'null'],
      default: false,
      description: 'Answer with server-sent events, ended by `response.completed`.',
    },
    max_output_tokens: { type: ['integer', 'null'], minimum: 1 },
    tools: CHAT_FIELDS.tools,
    tool_choice: CHAT_FIELDS.tool_choice,
    text: { type: ['object', 'null'], properties: { format: { type: 'object' } } },
    reasoning: { type: ['object', 'null'], properties: { effort: { type: ['string', 'null'] } } },
    previous_response_id: {
      type: ['string', 'null'],
      description:
        'A response to go on from. Those that Tollgate translated are kept for 7 days where the project captures payloads; others only their provider knows.',
    },
    store: {
      type: ['boolean', 'null'],
      default: true,
      description: 'Keep the response, so that later requests can name it and its items.',
    },
    metadata: CHAT_FIELDS.metadata,
    user: CHAT_FIELDS.user,
  },
  additionalProperties: true,
};
