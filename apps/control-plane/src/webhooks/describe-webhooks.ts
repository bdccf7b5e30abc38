import { z } from 'zod';
import { PAYLOADS } from './event-payloads.ts';
import { EVENT_TYPES, type MessageType } from './event-types.ts';

const HEADERS = [
  [
    'webhook-id',
    'The same in every attempt: a message with an id that was seen before is a repetition',
  ],
  ['webhook-timestamp', 'Of the attempt, seconds since the epoch'],
  [
    'webhook-signature',
    'One for each secret in force, separated by spaces: `v1,` and the base64 of HMAC-SHA256 of `<id>.<timestamp>.<body>`',
  ],
] as const;

const RESPONSES = {
  '2XX': { description: 'It was taken; the body is thrown away' },
  '410': { description: 'Nothing more is wanted: the webhook is disabled' },
  default: { description: 'It is sent again; a redirect is a failure, too' },
};

/** The section `webhooks` of an OpenAPI 3.1 document: every message, from the schemas that type what is sent. */
export function describeWebhooks(): Record<string, object> {
  const types = Object.keys(PAYLOADS) as MessageType[];
  return Object.fromEntries(types.map((type) => [type, { post: describe(type) }]));
}

function describe(type: MessageType): object {
  const { summary, data } = PAYLOADS[type];
  const message = z.object({
    type: z.literal(type),
    timestamp: z.string().meta({ format: 'date-time', description: 'When it happened' }),
    data,
  });
  const schema = z.toJSONSchema(message, { target: 'draft-2020-12' });
  delete schema.$schema;
  return {
    tags: ['webhooks'],
    summary,
    ...(isSubscribable(type) ? {} : { description: 'Not to be named in `events`.' }),
    security: [],
    parameters: HEADERS.map(([name, description]) => ({
      name,
      in: 'header',
      required: true,
      description,
      schema: { type: 'string' },
    })),
    requestBody: { required: true, content: { 'application/json': { schema } } },
    responses: RESPONSES,
  };
}

const isSubscribable = (type: string): boolean => (EVENT_TYPES as readonly string[]).includes(type);
