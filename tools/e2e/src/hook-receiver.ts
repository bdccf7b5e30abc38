import { createServer, type Server } from 'node:http';
import { Webhook } from 'standardwebhooks';

/** A message as it arrived, its signature verified by the specification's own library. */
export interface HookMessage {
  readonly id: string;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** An endpoint for webhooks. It knows a secret for each path, and refuses what none of them signed. */
export class HookReceiver {
  private readonly server: Server;
  private readonly secrets = new Map<string, string>();
  private readonly taken = new Map<string, HookMessage[]>();
  /** What was refused: not signed by who should have. */
  readonly refused: string[] = [];
  /** Names whose messages are answered with 503. */
  readonly down = new Set<string>();
  /** Ids of messages that came while their name was down. */
  readonly missed: string[] = [];

  private constructor() {
    this.server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const path = request.url ?? '';
        if (this.down.has(path.slice(1))) {
          this.missed.push(String(request.headers['webhook-id']));
          return response.writeHead(503).end();
        }
        const isTaken = this.take(path, request.headers, Buffer.concat(chunks));
        return response.writeHead(isTaken ? 204 : 400).end();
      });
    });
  }

  static async start(): Promise<HookReceiver> {
    const receiver = new HookReceiver();
    await new Promise<void>((resolve) => receiver.server.listen(0, '127.0.0.1', resolve));
    return receiver;
  }

  url(name: string): string {
    const address = this.server.address();
    if (typeof address !== 'object' || address === null)
      throw new Error('the receiver has no port');
    return `http://127.0.0.1:${address.port}/${name}`;
  }

  /** What comes to this name must be signed with that secret. */
  trust(name: string, secret: string): void {
    this.secrets.set(`/${name}`, secret);
  }

  /** In the order in which they came, repetitions included. */
  messages(name: string, type?: string): readonly HookMessage[] {
    const all = this.taken.get(`/${name}`) ?? [];
    return type === undefined ? all : all.filter((message) => message.type === type);
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private take(
    path: string,
    headers: Readonly<Record<string, string | string[] | undefined>>,
    bytes: Buffer,
  ): boolean {
    const body = bytes.toString('utf8');
    const names = ['webhook-id', 'webhook-timestamp', 'webhook-signature'];
    const signed = Object.fromEntries(names.map((name) => [name, String(headers[name])]));
    try {
      new Webhook(this.secrets.get(path) ?? '').verify(body, signed);
    } catch (error) {
      this.refused.push(`${path}: ${error instanceof Error ? error.message : error}`);
      return false;
    }
    const { type, data }: Omit<HookMessage, 'id'> = JSON.parse(body);
    const list = this.taken.get(path) ?? [];
    list.push({ id: String(headers['webhook-id']), type, data });
    this.taken.set(path, list);
    return true;
  }
}
