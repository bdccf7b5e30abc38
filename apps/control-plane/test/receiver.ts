import { createServer, type IncomingHttpHeaders } from 'node:http';
import { Webhook } from 'standardwebhooks';

export interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly path: string;
}

export interface Receiver {
  readonly received: Received[];
  /** What the next requests are answered with; 200 to begin with. `hang`: nothing. */
  status: number | 'hang';
  location: string | undefined;
  url(path?: string): string;
  ids(): string[];
  /** Ends all connections, also of those that wait for an answer. Nothing at `/silent` is ever answered. */
  hangUp(): void;
}

/** An endpoint of somebody's, on this machine. */
export function useReceiver(): Receiver {
  let port = 0;
  const receiver: Receiver = {
    received: [],
    status: 200,
    location: undefined,
    url: (path = '/hook') => `http://127.0.0.1:${port}${path}`,
    hangUp: () => server.closeAllConnections(),
    ids: () => receiver.received.map(({ headers }) => String(headers['webhook-id'])),
  };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { headers, url: path = '' } = request;
      receiver.received.push({ headers, body: Buffer.concat(chunks).toString(), path });
      if (receiver.status === 'hang' || path === '/silent') return;
      if (receiver.location) response.setHeader('location', receiver.location);
      response.writeHead(receiver.status).end('x'.repeat(100_000));
    });
  });
  beforeAll(
    () =>
      new Promise<void>((resolve) => {
        server.listen(0, '127.0.0.1', () => {
          const address = server.address();
          if (typeof address === 'object' && address) port = address.port;
          resolve();
        });
      }),
  );
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  beforeEach(() => {
    receiver.received.length = 0;
    receiver.status = 200;
    receiver.location = undefined;
  });
  return receiver;
}

/** What the specification's own library makes of a message; throws when the signature is not right. */
export function verify({ body, headers }: Received, secret: string): unknown {
  const names = ['webhook-id', 'webhook-timestamp', 'webhook-signature'];
  const signed = Object.fromEntries(names.map((name) => [name, String(headers[name])]));
  return new Webhook(secret).verify(body, signed);
}
