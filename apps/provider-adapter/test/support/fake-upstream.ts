import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface SeenRequest {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  /** Which connection it came over, counted from 1. */
  readonly connection: number;
  /** Resolves when the connection closes, with the time (performance.now). */
  readonly closed: Promise<number>;
}

export type Reply = (response: ServerResponse, request: SeenRequest) => void;

export interface FakeUpstream {
  readonly url: string;
  readonly seen: SeenRequest[];
  /** Replies are used in order; the last one stays. */
  reply(...replies: Reply[]): void;
  close(): Promise<void>;
}

/** A provider that speaks real HTTP on loopback and answers as told. */
export async function startFakeUpstream(): Promise<FakeUpstream> {
  const seen: SeenRequest[] = [];
  let replies: Reply[] = [];
  let connections = 0;
  const numbers = new WeakMap<object, number>();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const entry: SeenRequest = {
        path: request.url ?? '',
        headers: request.headers,
        body: Buffer.concat(chunks).toString(),
        connection: numbers.get(request.socket) ?? 0,
        closed: new Promise((resolve) =>
          request.socket.once('close', () => resolve(performance.now())),
        ),
      };
      seen.push(entry);
      const reply = replies.length > 1 ? replies.shift() : replies[0];
      reply?.(response, entry);
    });
  });
  server.on('connection', (socket) => {
    // Every request of a kept connection listens for its end.
    socket.setMaxListeners(0);
    numbers.set(socket, ++connections);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    seen,
    reply: (...next) => {
      replies = next;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export const USAGE = { prompt_tokens: 1_000, completion_tokens: 500, total_tokens: 1_500 };

export function completion(content = 'Hello'): string {
  return JSON.stringify({
    id: 'chatcmpl-1',
    object: 'chat.completion',
    model: 'gpt-4o-mini-2024-07-18',
    choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
    usage: USAGE,
    unknown_field: 12345678901234567890n.toString(),
  });
}

export function json(status: number, body: string, headers: Record<string, string> = {}): Reply {
  return (response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(body);
  };
}

export function event(value: unknown): string {
  return `data: ${typeof value === 'string' ? value : JSON.stringify(value)}\n\n`;
}

export function chunk(content: string, finish: string | null = null): string {
  return event({
    id: 'chatcmpl-1',
    object: 'chat.completion.chunk',
    model: 'gpt-4o-mini-2024-07-18',
    choices: [{ index: 0, delta: { content }, finish_reason: finish }],
  });
}

export const USAGE_CHUNK = event({ id: 'chatcmpl-1', choices: [], usage: USAGE });
export const DONE = event('[DONE]');

/** A whole stream of so many content chunks, each written on its own. */
export function streamOf(count: number, tail = USAGE_CHUNK + DONE): Reply {
  return (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    let index = 0;
    const next = (): void => {
      if (index < count) {
        response.write(chunk(`word${index++} `));
        setImmediate(next);
      } else {
        response.end(chunk('', 'stop') + tail);
      }
    };
    next();
  };
}
