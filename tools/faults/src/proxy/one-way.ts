import type { Socket } from 'node:net';
import type { LinkConditions } from './conditions.ts';

/** Bytes that wait in one direction; at the bound the sender is no longer read. */
const MOST_WAITING_BYTES = 1024 * 1024;

interface Waiting {
  readonly bytes: Buffer;
  readonly dueAt: number;
}

/** One direction of a proxied connection: passes bytes on in order, when the conditions let it. */
export class OneWay {
  private readonly queue: Waiting[] = [];
  private waitingBytes = 0;
  private freeAt = 0;
  private timer: NodeJS.Timeout | undefined;
  private hasEnded = false;

  private readonly source: Socket;
  private readonly sink: Socket;
  private readonly conditions: () => LinkConditions;

  constructor(source: Socket, sink: Socket, conditions: () => LinkConditions) {
    this.source = source;
    this.sink = sink;
    this.conditions = conditions;
    source.on('data', (bytes) => this.take(bytes));
    source.on('end', () => {
      this.hasEnded = true;
      this.pump();
    });
    sink.on('drain', () => this.pump());
  }

  /** Conditions have changed. */
  pump(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (this.conditions().kind === 'cut-off' || this.sink.destroyed) return;
    for (;;) {
      const [first] = this.queue;
      if (!first) break;
      const waitMs = this.conditions().kind === 'open' ? 0 : first.dueAt - performance.now();
      if (waitMs > 0) {
        this.timer = setTimeout(() => this.pump(), waitMs);
        return;
      }
      this.queue.shift();
      this.waitingBytes -= first.bytes.length;
      if (!this.sink.write(first.bytes)) break;
    }
    if (this.waitingBytes < MOST_WAITING_BYTES) this.source.resume();
    if (this.hasEnded && this.queue.length === 0) this.sink.end();
  }

  stop(): void {
    clearTimeout(this.timer);
  }

  private take(bytes: Buffer): void {
    const conditions = this.conditions();
    if (conditions.kind === 'open' && this.queue.length === 0 && !this.sink.writableNeedDrain) {
      if (!this.sink.destroyed) this.sink.write(bytes);
      return;
    }
    this.queue.push({ bytes, dueAt: this.dueAt(bytes.length, conditions) });
    this.waitingBytes += bytes.length;
    if (this.waitingBytes >= MOST_WAITING_BYTES) this.source.pause();
    if (this.timer === undefined && !this.sink.writableNeedDrain) this.pump();
  }

  /** Latency, and the time that the bytes before it take on a narrow link. */
  private dueAt(length: number, conditions: LinkConditions): number {
    const now = performance.now();
    if (conditions.kind !== 'slow') return now;
    this.freeAt = Math.max(this.freeAt, now) + (length * 1_000) / conditions.bytesPerSecond;
    return this.freeAt + conditions.latencyMs;
  }
}
