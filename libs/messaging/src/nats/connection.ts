import { setTimeout as wait } from 'node:timers/promises';
import {
  connect,
  type ConnectionOptions,
  type MsgHdrs,
  type NatsConnection,
  type Subscription,
} from '@nats-io/transport-node';
import { type BusLog, errorText } from '../log.ts';
import type { Link, LinkHandler, LinkMessage } from './link.ts';

export interface ConnectOptions {
  /** `nats://[user:password@|token@]host:port`, several separated by commas; `tls://` for TLS. */
  readonly natsUrl: string;
  readonly name: string;
  readonly inboxPrefix: string;
  /** How long to wait for the first connection, milliseconds. */
  readonly patienceMs: number;
  readonly log: BusLog;
}

const RETRY_MS = 250;
const PING_MS = 10_000;
/** For a connection to be there. The client waits it out where a connection breaks in the middle of being made. */
const CONNECT_MS = 2_000;

/** The one connection of a process. Reconnects for ever, with short jittered waits. */
export class NatsLink implements Link {
  private isUp = true;
  private isClosing = false;
  private readonly down: (() => void)[] = [];
  private readonly up: (() => void)[] = [];

  constructor(
    readonly connection: NatsConnection,
    private readonly log: BusLog,
  ) {
    void this.watch();
  }

  isConnected(): boolean {
    return this.isUp;
  }

  publish(subject: string, payload: Uint8Array, reply?: string, headers?: MsgHdrs): void {
    if (!this.isUp) return;
    if (reply === undefined) this.connection.publish(subject, payload, headers && { headers });
    else if (headers === undefined) this.connection.publish(subject, payload, { reply });
    else this.connection.publish(subject, payload, { reply, headers });
  }

  subscribe(subject: string, handler: LinkHandler, queue?: string): Subscription {
    return this.connection.subscribe(subject, {
      ...(queue === undefined ? {} : { queue }),
      callback: (error, message) => {
        if (error) this.log.error({ error: error.message, subject }, 'a subscription failed');
        else this.guard(handler, message);
      },
    });
  }

  onDown(listener: () => void): void {
    this.down.push(listener);
  }

  onUp(listener: () => void): void {
    this.up.push(listener);
  }

  async close(): Promise<void> {
    if (this.connection.isClosed()) return;
    this.isClosing = true;
    if (this.isUp) await this.connection.flush().catch(() => undefined);
    await this.connection.close();
  }

  /** An error thrown inside the client's read loop would end it, and with it the connection. */
  private guard(handler: LinkHandler, message: LinkMessage): void {
    try {
      handler(message);
    } catch (thrown) {
      this.log.error({ error: errorText(thrown) }, 'a message could not be handled');
    }
  }

  private async watch(): Promise<void> {
    for await (const status of this.connection.status()) {
      if (status.type === 'disconnect' || status.type === 'close') this.goDown();
      else if (status.type === 'reconnect') this.goUp();
      else if (status.type === 'error')
        this.log.warn({ error: status.error.message }, 'NATS reported an error');
    }
  }

  private goDown(): void {
    if (!this.isUp) return;
    this.isUp = false;
    if (!this.isClosing) this.log.warn({}, 'NATS is away');
    for (const listener of this.down) listener();
  }

  private goUp(): void {
    if (this.isUp) return;
    this.isUp = true;
    this.log.info({ server: this.connection.getServer() }, 'NATS is back');
    for (const listener of this.up) listener();
  }
}

/** Connects, waiting for a server that is still starting. Throws when it is not there in time. */
export async function connectLink(options: ConnectOptions): Promise<NatsLink> {
  const until = Date.now() + options.patienceMs;
  let attempts = 0;
  for (;;) {
    try {
      return new NatsLink(await connect(connectionOptions(options)), options.log);
    } catch (thrown) {
      if (Date.now() >= until)
        throw new Error(
          `NATS did not answer within ${options.patienceMs} ms: ${errorText(thrown)}`,
          { cause: thrown },
        );
      if (attempts++ % 20 === 0)
        options.log.warn({ error: errorText(thrown) }, 'NATS is not there yet; trying again');
      await wait(RETRY_MS);
    }
  }
}

function connectionOptions(options: ConnectOptions): ConnectionOptions {
  const urls = options.natsUrl.split(',').map((text) => new URL(text.trim()));
  const [first] = urls;
  return {
    servers: urls.map((url) => url.host),
    name: options.name,
    inboxPrefix: options.inboxPrefix,
    timeout: CONNECT_MS,
    maxReconnectAttempts: -1,
    // An expired or refused credential must not end the process's only connection for good.
    ignoreAuthErrorAbort: true,
    reconnectDelayHandler: () => 100 + Math.floor(Math.random() * 400),
    pingInterval: PING_MS,
    maxPingOut: 2,
    noAsyncTraces: true,
    ...credentials(first),
    ...(first?.protocol === 'tls:' ? { tls: {} } : {}),
  };
}

function credentials(url: URL | undefined): ConnectionOptions {
  if (url === undefined || url.username === '') return {};
  const user = decodeURIComponent(url.username);
  return url.password === '' ? { token: user } : { user, pass: decodeURIComponent(url.password) };
}
