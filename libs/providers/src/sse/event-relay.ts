import type { Failure } from '@tollgate/contracts';
import { failure } from '@tollgate/contracts';
import type { Emit, StreamDecoder } from '../provider.ts';

const MAX_HELD_BYTES = 256 * 1024;
const EMPTY = Buffer.alloc(0);

/**
 * Where a relayed stream stands, and what has left of it. Neighbouring events leave together, in the provider's own
 * bytes; events that promise nothing yet are held back until one does.
 */
export class EventRelay {
  phase: StreamDecoder['phase'] = 'waiting';
  failure: Failure | null = null;
  tail: Buffer = EMPTY;

  private held: Buffer[] = [];
  private heldBytes = 0;
  private run: Buffer = EMPTY;

  constructor(private readonly emit: Emit) {}

  /** An event of the answer itself. */
  relay(event: Buffer): void {
    this.open();
    this.give(event);
  }

  /** An event that promises nothing: relayed at once when the answer has begun, else with its first event. */
  holdBack(event: Buffer): void {
    if (this.phase !== 'waiting') return this.give(event);
    this.held.push(event);
    this.heldBytes += event.length;
    if (this.heldBytes > MAX_HELD_BYTES) this.open();
  }

  /** What is relayed so far leaves. */
  flush(): void {
    if (this.run.length > 0) this.emit(this.run);
    this.run = EMPTY;
  }

  /** @param tail the event that completes the answer */
  finish(tail: Buffer): void {
    this.open();
    this.flush();
    this.phase = 'finished';
    this.tail = tail;
  }

  fail(reason: Failure): void {
    this.flush();
    this.phase = 'failed';
    this.failure = reason;
  }

  failInvalid(internal: string): void {
    this.fail(failure('provider.invalid_answer', { internal }));
  }

  isOver(): boolean {
    return this.phase === 'finished' || this.phase === 'failed';
  }

  private open(): void {
    if (this.phase !== 'waiting') return;
    this.phase = 'open';
    for (const event of this.held) this.give(event);
    this.held = [];
  }

  private give(event: Buffer): void {
    const { run } = this;
    if (run.length > 0 && isNextTo(run, event)) {
      this.run = Buffer.from(run.buffer, run.byteOffset, run.length + event.length);
      return;
    }
    this.flush();
    this.run = event;
  }
}

function isNextTo(run: Buffer, event: Buffer): boolean {
  return run.buffer === event.buffer && run.byteOffset + run.length === event.byteOffset;
}
