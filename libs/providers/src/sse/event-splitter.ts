import { MAX_EVENT_BYTES } from '../limits.ts';
import { EventBoundaries } from './sse-events.ts';

/** Cuts a stream into whole server-sent events, whatever the slices it comes in. */
export class EventSplitter {
  private readonly boundaries = new EventBoundaries();
  private pending: Buffer[] = [];
  private pendingBytes = 0;
  private isStopped = false;

  /**
   * @param onEvent gets the bytes of each whole event, with the empty line that ends it
   * @param onTooLarge called once, when an event is larger than is taken; nothing follows
   */
  constructor(
    private readonly onEvent: (event: Buffer) => void,
    private readonly onTooLarge: () => void,
  ) {}

  push(chunk: Buffer): void {
    const hasCr = chunk.includes(13);
    let start = 0;
    while (!this.isStopped) {
      const end = this.boundaries.next(chunk, start, hasCr);
      if (end === -1) break;
      this.hold(chunk.subarray(start, end));
      start = end;
      if (!this.isStopped) this.onEvent(this.takeRest());
    }
    if (!this.isStopped && start < chunk.length) this.hold(chunk.subarray(start));
  }

  /** What came after the last whole event; it is gone from here afterwards. */
  takeRest(): Buffer {
    const [first] = this.pending;
    const rest = this.pending.length === 1 && first ? first : Buffer.concat(this.pending);
    this.pending = [];
    this.pendingBytes = 0;
    return rest;
  }

  /** No event leaves any more. */
  stop(): void {
    this.isStopped = true;
    this.pending = [];
  }

  private hold(bytes: Buffer): void {
    if (bytes.length === 0) return;
    this.pending.push(bytes);
    this.pendingBytes += bytes.length;
    if (this.pendingBytes <= MAX_EVENT_BYTES) return;
    this.stop();
    this.onTooLarge();
  }
}
