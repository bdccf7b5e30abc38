import { FAILURES } from '@tollgate/contracts';
import { type Dialect, type JsonSchema, openaiChat, tollgateChat } from '@tollgate/dialects';

type Operation = Readonly<Record<string, unknown>>;

/** The endpoints that tasks are sent to: served, and published, from this one table. */
export const CHAT_ROUTES = [
  {
    path: '/v1/chat',
    dialect: tollgateChat,
    summary: 'Chat in Tollgate’s own dialect; the key’s route chooses the model',
  },
  {
    path: '/v1/chat/completions',
    dialect: openaiChat,
    summary: 'Chat in OpenAI’s dialect',
  },
] as const;

export const MODELS_PATH = '/v1/models';

/** The gateway's API as OpenAPI 3.1, made from what serves it. */
export function buildOpenApi(version: string) {
  const chat = CHAT_ROUTES.map(({ path, dialect, summary }) => [
    path,
    { post: chatOperation(dialect, summary) },
  ]);
  return {
    openapi: '3.1.0',
    info: {
      title: 'Tollgate gateway',
      version,
      description: 'Chat with whichever model the key’s route chooses.',
    },
    security: [{ bearer: [] }, { apiKey: [] }, { googleApiKey: [] }],
    paths: {
      ...Object.fromEntries(chat),
      [MODELS_PATH]: { get: modelsOperation('The models that the key may ask for', MODEL_LIST) },
      [`${MODELS_PATH}/{id}`]: {
        get: {
          ...modelsOperation('One model', MODEL),
          parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }],
        },
      },
      '/healthz': { get: probe('The process answers') },
      '/readyz': { get: probe('Requests can be served; 503 while they cannot') },
      '/metrics': { get: probe('Metrics for Prometheus') },
    },
    components: {
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', description: 'A virtual key: tg_live_…' },
        apiKey: { type: 'apiKey', in: 'header', name: 'x-api-key' },
        googleApiKey: { type: 'apiKey', in: 'header', name: 'x-goog-api-key' },
      },
    },
  };
}

function chatOperation(dialect: Dialect, summary: string): Operation {
  return {
    summary,
    operationId: dialect.name,
    parameters: REQUEST_HEADERS,
    requestBody: {
      required: true,
      content: { 'application/json': { schema: dialect.requestSchema } },
    },
    responses: {
      200: {
        description: 'A chat completion; with `stream` its chunks as server-sent events',
        headers: ANSWER_HEADERS,
        content: {
          'application/json': { schema: COMPLETION },
          'text/event-stream': { schema: { type: 'string' } },
        },
      },
      ...failureResponses(dialect.failureSchema),
    },
  };
}

function modelsOperation(summary: string, schema: JsonSchema): Operation {
  return {
    summary,
    responses: {
      200: { description: summary, content: { 'application/json': { schema } } },
      ...failureResponses(openaiChat.failureSchema),
    },
  };
}

/** One answer for each status of the failure table, naming its codes. */
function failureResponses(schema: JsonSchema): Record<string, Operation> {
  const codes = new Map<number, Set<string>>();
  for (const { status, publicCode } of Object.values(FAILURES)) {
    const known = codes.get(status) ?? new Set();
    codes.set(status, known.add(publicCode));
  }
  codes.delete(FAILURES['client.closed'].status);
  return Object.fromEntries(
    [...codes].map(([status, names]) => [
      String(status),
      { description: [...names].join(', '), content: { 'application/json': { schema } } },
    ]),
  );
}

function probe(description: string): Operation {
  return { summary: description, security: [], responses: { 200: { description } } };
}

const header = (description: string) => ({ description, schema: { type: 'string' } });

const REQUEST_HEADERS = [
  ['x-request-id', 'The caller’s own id for the request; comes back in the answer'],
  ['x-tollgate-metadata', 'A JSON object of strings, for the record of the request'],
  ['traceparent', 'W3C trace context'],
].map(([name, description]) => ({ name, in: 'header', description, schema: { type: 'string' } }));

const ANSWER_HEADERS = {
  'x-request-id': header('The caller’s id, else Tollgate’s'),
  'x-tollgate-request-id': header('Under which the request is recorded'),
  'x-tollgate-provider': header('The provider that answered'),
  'x-tollgate-model': header('The model that answered'),
  'x-tollgate-attempts': header('Calls to providers, the last one included'),
  'x-tollgate-cost-usd': header('Decimal dollars, where known before the head goes out'),
  'x-tollgate-max-tokens': header('The cap on the output that a hard budget made necessary'),
  'x-ratelimit-limit-requests': header('Requests that the tightest limit allows'),
  'x-ratelimit-remaining-requests': header('Requests that are left of it'),
  'x-ratelimit-reset-requests': header('When it starts anew'),
  'x-ratelimit-limit-tokens': header('Tokens that the tightest limit allows'),
  'x-ratelimit-remaining-tokens': header('Tokens that are left of it'),
  'x-ratelimit-reset-tokens': header('When it starts anew'),
};

const COMPLETION: JsonSchema = {
  type: 'object',
  required: ['id', 'object', 'choices'],
  properties: {
    id: { type: 'string' },
    object: { const: 'chat.completion' },
    created: { type: 'integer' },
    model: { type: 'string' },
    choices: { type: 'array', items: { type: 'object' } },
    usage: { type: 'object' },
  },
  additionalProperties: true,
};

const MODEL: JsonSchema = {
  type: 'object',
  required: ['id', 'object', 'created', 'owned_by'],
  properties: {
    id: { type: 'string' },
    object: { const: 'model' },
    created: { type: 'integer' },
    owned_by: { type: 'string' },
  },
};

const MODEL_LIST: JsonSchema = {
  type: 'object',
  required: ['object', 'data'],
  properties: { object: { const: 'list' }, data: { type: 'array', items: MODEL } },
};
