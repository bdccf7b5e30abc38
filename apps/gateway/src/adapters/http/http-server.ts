import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { failure, FAILURES, type Failure, type IdFactory } from '@tollgate/contracts';
import { openaiChat } from '@tollgate/dialects';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import {
  allowedMethods,
  dialectFor,
  ENDPOINTS,
  GOOGLE_MODELS_PATH,
  GOOGLE_PREFIXES,
  MODELS_PATH,
  RESPONSES_PATH,
} from './endpoints.ts';
import { readGoogleUrl, type UrlTarget } from './google-url.ts';
import type { AskedModels } from './models-endpoint.ts';
import type { AskedResponse } from './responses-endpoint.ts';
import { MAX_HEADERS } from './task-endpoint.ts';

export type TaskHandler = (
  request: IncomingMessage,
  response: ServerResponse,
  url: UrlTarget | null,
) => void;

export interface HttpServerOptions {
  /** A handler for each path of `ENDPOINTS` and `MODEL_METHODS`. */
  readonly tasks: ReadonlyMap<string, TaskHandler>;
  readonly models: (request: IncomingMessage, response: ServerResponse, asked: AskedModels) => void;
  readonly responses: (
    request: IncomingMessage,
    response: ServerResponse,
    asked: AskedResponse,
  ) => void;
  readonly newId: IdFactory;
  readonly headersTimeoutMs: number;
  readonly requestTimeoutMs: number;
  readonly onBug: (error: unknown) => void;
}

const MAX_HEADER_BYTES = 16 * 1024;
const TIMEOUT_CHECK_MS = 1_000;
const LONGEST_MODEL = 300;

/**
 * Fastify with the gateway's own routes, before Nest gets it. They stand in a context of their own that is loaded at once,
 * so that no hook of a framework runs for them, and take over Node's request and response in `onRequest`.
 */
export async function createHttpServer(options: HttpServerOptions): Promise<FastifyInstance> {
  const server = Fastify({
    logger: false,
    exposeHeadRoutes: false,
    return503OnClosing: false,
    requestTimeout: options.requestTimeoutMs,
    clientErrorHandler: (error, socket) => answerBrokenHttp(error, socket, options.newId),
    frameworkErrors: (_error, request, reply) => {
      const message = 'The URL is not valid.';
      refuse(request, reply, failure('request.validation_error', { message }), options.newId);
    },
    routerOptions: { maxParamLength: LONGEST_MODEL },
    http: {
      maxHeaderSize: MAX_HEADER_BYTES,
      headersTimeout: Math.min(options.headersTimeoutMs, options.requestTimeoutMs),
      connectionsCheckingInterval: TIMEOUT_CHECK_MS,
    },
  });
  // Node drops what is beyond; one more than the endpoints take, so that they see that it is too many.
  server.server.maxHeadersCount = MAX_HEADERS + 20;
  await server.register(async (own) => addRoutes(own, options));
  // Whatever else is posted is never parsed.
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', (_request, _payload, done) => done(null));
  return server;
}

/** Answers for what no route takes. */
export function notFound(newId: IdFactory) {
  return (request: FastifyRequest, reply: FastifyReply): void =>
    answerUnknown(request.raw, reply.hijack().raw, newId);
}

/** Answers for errors outside of the gateway's own routes. */
export function unexpected(newId: IdFactory, onBug: (error: unknown) => void) {
  return (error: unknown, request: FastifyRequest, reply: FastifyReply): void => {
    onBug(error);
    refuse(request, reply, failure('gateway.internal'), newId);
  };
}

function addRoutes(own: FastifyInstance, options: HttpServerOptions): void {
  const { tasks, models, responses, newId } = options;
  for (const { path } of ENDPOINTS) {
    const handle = handlerOf(tasks, path);
    takeOver(own, 'POST', path, ({ raw, response }) => handle(raw, response, null));
  }
  for (const prefix of GOOGLE_PREFIXES) {
    takeOver(own, 'POST', `${prefix}*`, ({ raw, response, params }) => {
      const found = readGoogleUrl(params['*'] ?? '', raw.url ?? '');
      if (found === null) return answerUnknown(raw, response, newId);
      handlerOf(tasks, found.method.path)(raw, response, found.urlTarget);
    });
  }
  for (const method of ['GET', 'DELETE'] as const)
    takeOver(own, method, `${RESPONSES_PATH}/:id`, ({ raw, response, params }) =>
      responses(raw, response, { id: params['id'] ?? '', action: ACTIONS[method] }),
    );
  for (const path of [MODELS_PATH, GOOGLE_MODELS_PATH]) {
    const isGoogle = path === GOOGLE_MODELS_PATH;
    takeOver(own, 'GET', path, ({ raw, response }) =>
      models(raw, response, { isGoogle, name: null }),
    );
    takeOver(own, 'GET', `${path}/*`, ({ raw, response, params }) =>
      models(raw, response, { isGoogle, name: params['*'] ?? '' }),
    );
  }
}

const ACTIONS = { GET: 'show', DELETE: 'delete' } as const;

function handlerOf(tasks: HttpServerOptions['tasks'], path: string): TaskHandler {
  const handle = tasks.get(path);
  if (handle === undefined) throw new Error(`no handler for ${path}`);
  return handle;
}

/** No such path, or not in this way. */
function answerUnknown(request: IncomingMessage, response: ServerResponse, newId: IdFactory): void {
  const allowed = allowedMethods(pathOf(request));
  if (allowed === null)
    return answerFailure(request, response, failure('request.not_found'), newId);
  response.setHeader('allow', allowed);
  answerFailure(request, response, failure('request.method_not_allowed'), newId);
}

interface TakenOver {
  readonly raw: IncomingMessage;
  readonly response: ServerResponse;
  readonly params: Readonly<Record<string, string>>;
}

function takeOver(
  own: FastifyInstance,
  method: 'GET' | 'POST' | 'DELETE',
  url: string,
  handle: (taken: TakenOver) => void,
): void {
  own.route<{ Params: Record<string, string> }>({
    method,
    url,
    // Never calls on: neither parsing nor serialising of Fastify runs.
    onRequest: (request, reply) => {
      reply.hijack();
      handle({ raw: request.raw, response: reply.raw, params: request.params });
    },
    handler: () => undefined,
  });
}

function refuse(
  request: FastifyRequest,
  reply: FastifyReply,
  reason: Failure,
  newId: IdFactory,
): void {
  answerFailure(request.raw, reply.hijack().raw, reason, newId);
}

/** A failure of a request that no endpoint has taken. */
function answerFailure(
  request: IncomingMessage,
  response: ServerResponse,
  reason: Failure,
  newId: IdFactory,
): void {
  const requestId = newId('request');
  const dialect = dialectFor(pathOf(request), request.headers);
  const body = Buffer.from(dialect.renderFailure(reason, { requestId }));
  response.writeHead(FAILURES[reason.code].status, {
    'content-type': 'application/json',
    'content-length': body.length,
    'x-request-id': requestId,
    'x-tollgate-request-id': requestId,
  });
  response.end(body);
}

function pathOf({ url = '' }: IncomingMessage): string {
  const query = url.indexOf('?');
  return query < 0 ? url : url.slice(0, query);
}

/** What Node's parser refuses never becomes a request: the answer is written to the socket itself. */
function answerBrokenHttp(error: NodeJS.ErrnoException, socket: Socket, newId: IdFactory): void {
  if (error.code === 'ECONNRESET' || !socket.writable || hasBegunAnswer(socket)) {
    socket.destroy();
    return;
  }
  const { status, reason } = brokenHttp(error.code);
  const requestId = newId('request');
  const body = openaiChat.renderFailure(reason, { requestId });
  socket.end(
    `HTTP/1.1 ${status}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n` +
      `x-tollgate-request-id: ${requestId}\r\nconnection: close\r\n\r\n${body}`,
    () => socket.destroy(),
  );
}

function brokenHttp(code: string | undefined): { status: string; reason: Failure } {
  switch (code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return { status: '408 Request Timeout', reason: failure('request.timeout') };
    case 'HPE_HEADER_OVERFLOW': {
      const message = `The request's headers are longer than ${MAX_HEADER_BYTES} bytes.`;
      const reason = failure('request.validation_error', { message });
      return { status: '431 Request Header Fields Too Large', reason };
    }
    default: {
      const message = 'The request is not valid HTTP.';
      return {
        status: '400 Bad Request',
        reason: failure('request.validation_error', { message }),
      };
    }
  }
}

/** Node keeps the response under way on the socket; its own handler of such errors looks there too. */
function hasBegunAnswer(socket: Socket): boolean {
  const response: unknown = Reflect.get(socket, '_httpMessage');
  return (
    typeof response === 'object' &&
    response !== null &&
    Reflect.get(response, 'headersSent') === true
  );
}
