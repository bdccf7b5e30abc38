import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { type ClickHouseClient, ClickHouseLogLevel, createClient } from '@clickhouse/client';

/** Any free ports: tests never take the usual ones. */
export const freePorts = { nats: 0, postgres: 0, clickhouse: 0 } as const;

/** The official client; failures are asserted, so it need not log them. */
export function quietClient(options: {
  readonly url: string | URL;
  readonly compression?: { request: boolean; response: boolean };
}): ClickHouseClient {
  return createClient({ ...options, log: { level: ClickHouseLogLevel.OFF } });
}

/** A home that the Postgres user can pass through. */
export function temporaryHome(): string {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), 'tollgate-stack-'));
  fs.chmodSync(home, 0o711);
  return home;
}

/** Asks until the answer is true; fails after the deadline. */
export async function eventually(
  ask: () => boolean | Promise<boolean>,
  timeoutMs = 10_000,
): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!(await ask())) {
    if (performance.now() > deadline) throw new Error(`not true after ${timeoutMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** True while the process exists and is no zombie. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  try {
    return !/^State:\s+Z/m.test(fs.readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return process.platform !== 'linux';
  }
}

/** One conversation in the NATS protocol: connects, sends lines, collects what comes back. */
export class NatsConversation {
  readonly #socket: net.Socket;
  #received = '';
  #subscriptions = 0;

  private constructor(socket: net.Socket) {
    this.#socket = socket;
    socket.setEncoding('utf8').on('data', (text: string) => {
      this.#received += text;
    });
    socket.on('error', () => undefined);
  }

  /** Connects with the credentials of the URL, or others. Answers are in `received`. */
  static async open(url: string, password?: string): Promise<NatsConversation> {
    const { hostname, port, username, password: own } = new URL(url);
    const socket = net.connect({ host: hostname, port: Number(port) });
    const conversation = new NatsConversation(socket);
    await conversation.expect(/^INFO .*\r\n/);
    const options = { verbose: false, user: username, pass: password ?? own, headers: true };
    conversation.send(`CONNECT ${JSON.stringify(options)}`, 'PING');
    return conversation;
  }

  send(...lines: string[]): void {
    this.#socket.write(lines.map((line) => `${line}\r\n`).join(''));
  }

  /** Publishes with a reply subject and resolves with the JSON of the reply. */
  async request(subject: string, payload: string): Promise<Record<string, unknown>> {
    const inbox = `_INBOX.${Math.random().toString(36).slice(2)}`;
    this.#subscriptions += 1;
    const id = this.#subscriptions;
    this.send(`SUB ${inbox} ${id}`, `PUB ${subject} ${inbox} ${payload.length}`, payload);
    const [, json = ''] = await this.expect(new RegExp(`MSG ${inbox} ${id} +\\d+\\r\\n(.*)\\r\\n`));
    return JSON.parse(json);
  }

  async expect(pattern: RegExp): Promise<readonly string[]> {
    let found: readonly string[] | null = null;
    await eventually(() => {
      found = pattern.exec(this.#received);
      return found !== null;
    });
    return found ?? [];
  }

  close(): void {
    this.#socket.destroy();
  }
}
