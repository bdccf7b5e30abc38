import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { failure, FAILURES, type Failure, type IdFactory } from '@tollgate/contracts';
import { type Dialect, openaiChat } from '@tollgate/dialects';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { MAX_HEADERS } from './chat-endpoint.ts';
import { CHAT_ROUTES, MODELS_PATH } from './openapi.ts';

export type RawHandler = (request: IncomingMessage, response: ServerResponse) => void;

export interface HttpServerOptions {
  /** A handler for each path of `CHAT_ROUTES`. */
  readonly chat: ReadonlyMap<string, RawHandler>;
  /** `name` is null for the list. */
  readonly models: (
    request: IncomingMessage,
    response: ServerResponse,
    name: string | null,
  ) => void;
  readonly newId: IdFactory;
  readonly headersTimeoutMs: number;
  readonly requestTimeoutMs: number;
  readonly onBug: (error: unknown) => void;
}

const MAX_HEADER_BYTES = 16 * 1024;
const TIMEOUT_CHECK_MS = 1_000;
const LONGEST_MODEL = 300;
const DIALECT_OF = new Map<string, Dialect>(
  CHAT_ROUTES.map(({ path, dialect }) => [path, dialect]),
);

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

/** Answers for what no route takes, and for errors outside of the gateway's own routes. */
export function notFound(newId: IdFactory) {
  return (request: FastifyRequest, reply: FastifyReply): void => {
    const path = pathOf(request);
    const isModel = path === MODELS_PATH || path.startsWith(`${MODELS_PATH}/`);
    const allowed = DIALECT_OF.has(path) ? 'POST' : isModel ? 'GET' : null;
    if (allowed === null) return refuse(request, reply, failure('request.not_found'), newId);
    reply.raw.setHeader('allow', allowed);
    refuse(request, reply, failure('request.method_not_allowed'), newId);
  };
}

/** Answers for errors outside of the gateway's own routes. */
export function unexpected(newId: IdFactory, onBug: (error: unknown) => void) {
  return (error: unknown, request: FastifyRequest, reply: FastifyReply): void => {
    onBug(error);
    refuse(request, reply, failure('gateway.internal'), newId);
  };
}

function addRoutes(own: FastifyInstance, { chat, models }: HttpServerOptions): void {
  for (const { path } of CHAT_ROUTES) {
    const handle = chat.get(path);
    if (handle === undefined) throw new Error(`no handler for ${path}`);
    takeOver(own, 'POST', path, ({ raw, response }) => handle(raw, response));
  }
  takeOver(own, 'GET', MODELS_PATH, ({ raw, response }) => models(raw, response, null));
  takeOver(own, 'GET', `${MODELS_PATH}/*`, ({ raw, response, params }) =>
    models(raw, response, params['*'] ?? ''),
  );
}

interface TakenOver {
  readonly raw: IncomingMessage;
  readonly response: ServerResponse;
  readonly params: Readonly<Record<string, string>>;
}

function takeOver(
  own: FastifyInstance,
  method: 'GET' | 'POST',
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
  const { raw } = reply.hijack();
  const requestId = newId('request');
  const dialect = DIALECT_OF.get(pathOf(request)) ?? openaiChat;
  const body = Buffer.from(dialect.renderFailure(reason, { requestId }));
  raw.writeHead(FAILURES[reason.code].status, {
    'content-type': 'application/json',
    'content-length': body.length,
    'x-request-id': requestId,
    'x-tollgate-request-id': requestId,
  });
  raw.end(body);
}

function pathOf(request: FastifyRequest): string {
  const url = request.raw.url ?? '';
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
