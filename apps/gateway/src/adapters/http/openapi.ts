import { FAILURES } from '@tollgate/contracts';
import {
  type Dialect,
  geminiGenerate,
  type JsonSchema,
  openaiChat,
  openaiResponses,
} from '@tollgate/dialects';
import {
  type Endpoint,
  ENDPOINTS,
  GOOGLE_MODELS_PATH,
  MODEL_METHODS,
  MODELS_PATH,
  type ModelMethod,
  RESPONSES_PATH,
} from './endpoints.ts';

const JSON_BODY = 'application/json';

type Operation = Readonly<Record<string, unknown>>;

/** The gateway's API as OpenAPI 3.1, made from what serves it. */
export function buildOpenApi(version: string) {
  const tasks = ENDPOINTS.map((one) => [one.path, { post: taskOperation(one) }]);
  const methods = MODEL_METHODS.map((one) => [one.path, { post: methodOperation(one) }]);
  return {
    openapi: '3.1.0',
    info: {
      title: 'Tollgate gateway',
      version,
      description:
        'Whichever model the key’s route chooses, in the dialect that the client’s SDK speaks. The key may stand in ' +
        'any of the three headers, on every path; below /v1beta and on Google’s methods also in `?key=`.',
    },
    security: [{ bearer: [] }, { apiKey: [] }, { googleApiKey: [] }],
    paths: {
      ...Object.fromEntries([...tasks, ...methods]),
      ...modelPaths(MODELS_PATH, {
        note: ', in OpenAI’s shape; in Anthropic’s or Google’s for `anthropic-version` or `x-goog-api-key`',
        list: MODEL_LIST,
        one: MODEL,
        failure: openaiChat.failureSchema,
      }),
      ...modelPaths(GOOGLE_MODELS_PATH, {
        note: ', in Google’s shape',
        list: GOOGLE_MODEL_LIST,
        one: GOOGLE_MODEL,
        failure: geminiGenerate.failureSchema,
      }),
      [`${RESPONSES_PATH}/{id}`]: {
        get: responseOperation('A response that is kept for the key’s project', ANSWER),
        delete: responseOperation('Deletes such a response', DELETED),
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

function taskOperation({ path, dialect, summary }: Endpoint): Operation {
  const types = dialect.requestContentTypes ?? [JSON_BODY];
  return {
    summary,
    operationId: operationIdOf(path),
    parameters: REQUEST_HEADERS,
    requestBody: {
      required: true,
      content: Object.fromEntries(types.map((type) => [type, { schema: dialect.requestSchema }])),
    },
    responses: {
      200: {
        description: 'The answer in this dialect; a streamed one as server-sent events',
        headers: ANSWER_HEADERS,
        content: answerContent(dialect.name),
      },
      ...failureResponses(dialect.failureSchema),
    },
  };
}

function answerContent(name: Dialect['name']): Operation {
  if (name === 'openai-speech') return { 'audio/*': { schema: {} }, ...STREAMED };
  const json = { [JSON_BODY]: { schema: COMPLETED_CHATS.has(name) ? COMPLETION : ANSWER } };
  const text = TEXTS.has(name) ? { 'text/plain': { schema: STRING } } : {};
  return { ...json, ...text, ...(WHOLE_ALONE.has(name) ? {} : STREAMED) };
}

const STRING: JsonSchema = { type: 'string' };
const STREAMED = { 'text/event-stream': { schema: STRING } };
const COMPLETED_CHATS: ReadonlySet<string> = new Set([
  'openai-chat',
  'tollgate-chat',
  'tollgate-complete',
  'tollgate-vision',
]);
const TEXTS: ReadonlySet<string> = new Set(['openai-transcription', 'openai-translation']);
const WHOLE_ALONE: ReadonlySet<string> = new Set([
  'openai-translation',
  'openai-embeddings',
  'openai-moderation',
  'gemini-embed',
  'anthropic-count-tokens',
]);

function methodOperation(method: ModelMethod): Operation {
  const model = { name: 'model', in: 'path', required: true, schema: { type: 'string' } };
  return { ...taskOperation(method), parameters: [model, ...REQUEST_HEADERS] };
}

function operationIdOf(path: string): string {
  return path
    .replace(/\{\w+\}/g, '')
    .replace(/\W+/g, '-')
    .replace(/^-|-$/g, '');
}

interface ModelShapes {
  readonly note: string;
  readonly list: JsonSchema;
  readonly one: JsonSchema;
  readonly failure: JsonSchema;
}

function modelPaths(path: string, { note, list, one, failure }: ModelShapes) {
  const id = { name: 'id', in: 'path', required: true, schema: { type: 'string' } };
  return {
    [path]: { get: modelsOperation(`The models that the key may ask for${note}`, list, failure) },
    [`${path}/{id}`]: {
      get: { ...modelsOperation(`One model${note}`, one, failure), parameters: [id] },
    },
  };
}

function modelsOperation(summary: string, schema: JsonSchema, failure: JsonSchema): Operation {
  return {
    summary,
    responses: {
      200: { description: summary, content: { [JSON_BODY]: { schema } } },
      ...failureResponses(failure),
    },
  };
}

function responseOperation(summary: string, schema: JsonSchema): Operation {
  const id = { name: 'id', in: 'path', required: true, schema: STRING };
  return {
    ...modelsOperation(summary, schema, openaiResponses.failureSchema),
    parameters: [id],
  };
}

const DELETED: JsonSchema = {
  type: 'object',
  properties: { id: STRING, object: { const: 'response' }, deleted: { const: true } },
};

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
      { description: [...names].join(', '), content: { [JSON_BODY]: { schema } } },
    ]),
  );
}

function probe(description: string): Operation {
  return { summary: description, security: [], responses: { 200: { description } } };
}

const header = (description: string) => ({ description, schema: { type: 'string' } });

const REQUEST_HEADERS = [
  ['x-request-id', 'The caller’s own id for the request; comes back in the answer'],
  [
    'x-tollgate-loss-policy',
    '`strict`: refuse what the provider cannot express, whatever the connection’s rule',
  ],
  ['x-tollgate-provider', 'The vendor whose key comes with the request, e.g. `anthropic`'],
  [
    'x-tollgate-provider-key',
    'The caller’s own key with that vendor, used once at its fixed endpoint; where the virtual key allows it',
  ],
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
  'x-tollgate-dropped-params': header(
    'Fields of the request that the provider did not get as they were, by commas',
  ),
  'x-tollgate-max-tokens': header('The cap on the output that a hard budget made necessary'),
  'x-ratelimit-limit-requests': header('Requests that the limit allows which is the nearest'),
  'x-ratelimit-remaining-requests': header('Requests that are left of it'),
  'x-ratelimit-reset-requests': header(
    'Seconds until all of it is there again; a limit a minute refills evenly until then',
  ),
  'x-ratelimit-limit-tokens': header('Tokens that the limit allows which is the nearest'),
  'x-ratelimit-remaining-tokens': header('Tokens that are left of it'),
  'x-ratelimit-reset-tokens': header(
    'Seconds until all of it is there again; a limit a minute refills evenly until then',
  ),
};

const ANSWER: JsonSchema = { type: 'object', additionalProperties: true };

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

const GOOGLE_MODEL: JsonSchema = {
  type: 'object',
  required: ['name'],
  properties: { name: { type: 'string' }, displayName: { type: 'string' } },
};

const GOOGLE_MODEL_LIST: JsonSchema = {
  type: 'object',
  required: ['models'],
  properties: { models: { type: 'array', items: GOOGLE_MODEL } },
};
