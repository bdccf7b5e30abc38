import { once } from 'node:events';
import net from 'node:net';
import { type LinkConditions, OPEN } from './conditions.ts';
import { OneWay } from './one-way.ts';

interface Connection {
  readonly near: net.Socket;
  readonly far: net.Socket;
  readonly ways: readonly OneWay[];
}

const LOOPBACK = '127.0.0.1';

/** A TCP proxy between one service and one server, whose link can be made slow, cut off, or reset. */
export class FaultProxy {
  private conditions: LinkConditions = OPEN;
  private readonly connections = new Set<Connection>();

  private readonly server: net.Server;
  private readonly targetPort: number;

  private constructor(server: net.Server, targetPort: number) {
    this.server = server;
    this.targetPort = targetPort;
    server.on('connection', (near) => this.accept(near));
  }

  /** @param targetPort of a server on this machine */
  static async start(targetPort: number): Promise<FaultProxy> {
    const server = net.createServer({ allowHalfOpen: true, noDelay: true });
    const proxy = new FaultProxy(server, targetPort);
    server.listen(0, LOOPBACK);
    await once(server, 'listening');
    return proxy;
  }

  get port(): number {
    const address = this.server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  /** Holds for connections that are open and for those to come. */
  set(conditions: LinkConditions): void {
    this.conditions = conditions;
    for (const { ways } of this.connections) for (const way of ways) way.pump();
  }

  /** Resets every connection, on both sides. New ones are taken. */
  reset(): void {
    for (const { near, far } of this.connections) {
      near.resetAndDestroy();
      far.resetAndDestroy();
    }
  }

  async stop(): Promise<void> {
    this.server.close();
    this.reset();
    if (this.server.listening) await once(this.server, 'close');
  }

  private accept(near: net.Socket): void {
    const far = net.connect({
      port: this.targetPort,
      host: LOOPBACK,
      allowHalfOpen: true,
      noDelay: true,
    });
    const conditions = (): LinkConditions => this.conditions;
    const ways = [new OneWay(near, far, conditions), new OneWay(far, near, conditions)];
    const connection = { near, far, ways };
    this.connections.add(connection);
    const drop = (): void => {
      for (const way of ways) way.stop();
      this.connections.delete(connection);
    };
    // Whoever breaks off takes the other side along.
    const breakOff = (other: net.Socket) => (): void => {
      drop();
      if (!other.destroyed) other.resetAndDestroy();
    };
    near.on('error', breakOff(far));
    far.on('error', breakOff(near));
    near.on('close', () => (far.writableEnded ? drop() : far.destroy()));
    far.on('close', () => (near.writableEnded ? drop() : near.destroy()));
  }
}
