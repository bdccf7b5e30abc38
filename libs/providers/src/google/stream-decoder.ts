import type { Failure } from '@tollgate/contracts';
import type { Emit, StreamDecoder } from '../provider.ts';
import { GoogleStream } from './google-stream.ts';

const EMPTY = Buffer.alloc(0);

/**
 * Relays a stream of Google's: its own bytes, event by event. Since no event ends such a stream, the one that could be the
 * last is held back until another comes or the body ends.
 */
export class GoogleStreamDecoder extends GoogleStream implements StreamDecoder {
  tail: Buffer = EMPTY;

  /** Events before the answer itself, then the one that could be the last. */
  private held: Buffer[] = [];

  constructor(
    credential: string | null,
    private readonly emit: Emit,
  ) {
    super(credential);
  }

  protected take(_chunk: Readonly<Record<string, unknown>>, event: Buffer): void {
    const { facts } = this;
    if (facts.hasCandidates() || facts.isBlocked) this.phase = 'open';
    if (this.phase === 'open') this.release();
    if (this.phase === 'open' && !facts.isComplete()) this.emit(event);
    else this.held.push(event);
  }

  protected complete(): void {
    this.tail = Buffer.concat(this.held);
  }

  protected override fail(reason: Failure): void {
    this.held = [];
    super.fail(reason);
  }

  private release(): void {
    for (const event of this.held) this.emit(event);
    this.held = [];
  }
}
