import { createServer, type IncomingMessage, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { once } from 'node:events';
import type { buildConnector } from 'undici';

export interface AskedIdentity {
  readonly host: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly form: URLSearchParams;
}

export interface IdentityReply {
  readonly status?: number;
  readonly type?: string;
  readonly body: string;
  /** Where a redirect leads. */
  readonly location?: string;
}

/** Plays every identity provider on loopback: whatever host is dialled, it answers, and remembers who was asked. */
export class FakeIdentity {
  readonly asked: AskedIdentity[] = [];
  reply: (asked: AskedIdentity) => IdentityReply | Promise<IdentityReply> = () => ({ body: '{}' });
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();
  private port = 0;

  constructor() {
    this.server = createServer((request, response) => {
      void this.read(request).then(async (asked) => {
        this.asked.push(asked);
        const { status = 200, type = 'application/json', body, location } = await this.reply(asked);
        const redirect = location === undefined ? {} : { location };
        response.writeHead(status, { 'content-type': type, ...redirect }).end(body);
      });
    });
  }

  async start(): Promise<void> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    const address: AddressInfo | string | null = this.server.address();
    this.port = typeof address === 'object' && address ? address.port : 0;
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
    await once(this.server, 'close');
  }

  /** Dials this server instead, without TLS. */
  readonly connect: buildConnector.connector = (_target, callback) => {
    const socket = connect(this.port, '127.0.0.1');
    this.sockets.add(socket);
    socket.once('close', () => this.sockets.delete(socket));
    socket.once('connect', () => callback(null, socket));
    socket.once('error', (error) => callback(error, null));
  };

  private async read(request: IncomingMessage): Promise<AskedIdentity> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(Buffer.from(chunk));
    return {
      host: request.headers.host ?? '',
      path: request.url ?? '',
      headers: request.headers,
      form: new URLSearchParams(Buffer.concat(chunks).toString()),
    };
  }
}
