import { createConnection, type Socket } from 'node:net';

/** One answer, as far as the benchmark looks at it. */
export interface Answer {
  readonly status: number;
  /** Everything after the head, chunk lengths included. */
  readonly bodyBytes: number;
  /** The last bytes of the body: enough to see how it ended. */
  readonly tail: string;
}

const HEAD_END = Buffer.from('\r\n\r\n');
const LAST_CHUNK = '0\r\n\r\n';
const TAIL_BYTES = 256;

/**
 * A keep-alive connection that sends prepared bytes and waits for the answer: the least work that a client can do, so that
 * the machine is left to the systems under test. Reads answers with `content-length` or in chunks.
 */
export class HttpConnection {
  private readonly socket: Socket;
  private buffered: Buffer[] = [];
  private size = 0;
  private head:
    | { readonly status: number; readonly bodyStart: number; readonly length: number | null }
    | undefined;
  private settle: { resolve: (answer: Answer) => void; reject: (error: Error) => void } | undefined;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.setNoDelay(true);
    socket.on('data', (bytes) => this.take(bytes));
    socket.on('error', (error) => this.settle?.reject(error));
    socket.on('close', () => this.settle?.reject(new Error('the server closed the connection')));
  }

  static open(url: URL): Promise<HttpConnection> {
    return new Promise((resolve, reject) => {
      const socket = createConnection({ host: url.hostname, port: Number(url.port) }, () =>
        resolve(new HttpConnection(socket)),
      );
      socket.once('error', reject);
    });
  }

  send(request: Buffer): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.settle = { resolve, reject };
      this.socket.write(request);
    });
  }

  close(): void {
    this.settle = undefined;
    this.socket.destroy();
  }

  private take(bytes: Buffer): void {
    this.buffered.push(bytes);
    this.size += bytes.length;
    this.head ??= this.readHead();
    if (!this.head) return;
    const bodyBytes = this.size - this.head.bodyStart;
    if (this.head.length !== null ? bodyBytes < this.head.length : !this.endsWithLastChunk(bytes))
      return;
    const answer = { status: this.head.status, bodyBytes, tail: this.tail() };
    this.buffered = [];
    this.size = 0;
    this.head = undefined;
    this.settle?.resolve(answer);
  }

  private readHead() {
    const all = this.buffered.length === 1 ? this.buffered[0] : Buffer.concat(this.buffered);
    if (!all) return undefined;
    this.buffered = [all];
    const end = all.indexOf(HEAD_END);
    if (end < 0) return undefined;
    const head = all.toString('latin1', 0, end);
    const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
    return {
      status: Number(head.slice(9, 12)),
      bodyStart: end + HEAD_END.length,
      length: length === undefined ? null : Number(length),
    };
  }

  private endsWithLastChunk(bytes: Buffer): boolean {
    const end =
      bytes.length >= LAST_CHUNK.length
        ? bytes.subarray(-LAST_CHUNK.length).toString('latin1')
        : this.tail();
    return end.endsWith(LAST_CHUNK);
  }

  private tail(): string {
    let text = '';
    for (let index = this.buffered.length - 1; index >= 0 && text.length < TAIL_BYTES; index--) {
      text = `${this.buffered[index]?.toString('latin1') ?? ''}${text}`;
    }
    return text.slice(-TAIL_BYTES);
  }
}
