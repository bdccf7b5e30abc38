import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Call, Handler, Wire } from './call.ts';
import { readBody } from './read-body.ts';

export interface HttpServerOptions {
  readonly now: () => number;
  readonly bodyLimitBytes: number;
  /** Asked in order; the last one answers what nobody claims. */
  readonly wires: readonly [Wire, ...Wire[]];
}

/** Longer than clients keep idle connections, so that none is closed under a request. */
const keepAliveMs = 120_000;

/** Reads each request to its end, then hands it to the wire that claims it. */
export function createHttpServer(options: HttpServerOptions): Server {
  const server = createServer((request, response) => {
    const receivedAtMs = options.now();
    readBody(request, options.bodyLimitBytes, (read) => {
      const call = toCall(request, response, receivedAtMs, read === 'too_large' ? null : read.body);
      const wire = wireFor(options.wires, call);
      if (read === 'too_large') wire.wire.refuse(call, 'too_large');
      else if (wire.handler === undefined) wire.wire.refuse(call, 'not_found');
      else run(wire.wire, wire.handler, call);
    });
  });
  server.keepAliveTimeout = keepAliveMs;
  return server;
}

function toCall(
  request: IncomingMessage,
  response: ServerResponse,
  receivedAtMs: number,
  body: Buffer | null,
): Call {
  const url = request.url ?? '/';
  const mark = url.indexOf('?');
  return {
    request,
    response,
    method: request.method ?? 'GET',
    path: mark < 0 ? url : url.slice(0, mark),
    query: mark < 0 ? null : new URLSearchParams(url.slice(mark + 1)),
    body: body ?? Buffer.alloc(0),
    receivedAtMs,
  };
}

function wireFor(
  wires: readonly [Wire, ...Wire[]],
  call: Call,
): { readonly wire: Wire; readonly handler: Handler | undefined } {
  let last = wires[0];
  for (const wire of wires) {
    const handler = wire.find(call.method, call.path);
    if (handler !== undefined) return { wire, handler };
    last = wire;
  }
  return { wire: last, handler: undefined };
}

function run(wire: Wire, handler: Handler, call: Call): void {
  try {
    handler(call)?.catch((failure: unknown) => fail(wire, call, failure));
  } catch (failure) {
    fail(wire, call, failure);
  }
}

/** A bug of the simulator: said on stderr, and answered if the head is not out yet. */
function fail(wire: Wire, call: Call, failure: unknown): void {
  const text = failure instanceof Error ? (failure.stack ?? failure.message) : String(failure);
  process.stderr.write(`simulator: ${call.method} ${call.path}: ${text}\n`);
  if (call.response.headersSent) call.response.destroy();
  else wire.refuse(call, 'internal');
}
