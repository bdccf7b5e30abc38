import { type Failure, failure, type TokenUsage } from '@tollgate/contracts';
import type { Emit, StreamDecoder } from '../provider.ts';
import { EventSplitter } from '../sse/event-splitter.ts';
import { RelayedContent } from '../sse/relayed-content.ts';
import { ChunkFacts } from './chunk-facts.ts';
import { decodeErrorInside } from './decode-failure.ts';
import { readChunk } from './read-chunk.ts';

const EMPTY = Buffer.alloc(0);

/**
 * Relays a stream of Google's: its own bytes, event by event. Since no event ends such a stream, the one that could be the
 * last is held back until another comes or the body ends.
 */
export class GoogleStreamDecoder implements StreamDecoder {
  phase: StreamDecoder['phase'] = 'waiting';
  failure: Failure | null = null;
  tail: Buffer = EMPTY;
  readonly reportedCostPicoUsd = null;

  private readonly facts = new ChunkFacts();
  private readonly relayed = new RelayedContent();
  private readonly splitter = new EventSplitter(
    (event) => this.read(event),
    () => this.fail(failure('provider.invalid_answer', { internal: 'an event is too large' })),
  );
  /** Events before the answer itself, then the one that could be the last. */
  private held: Buffer[] = [];

  constructor(
    private readonly credential: string | null,
    private readonly emit: Emit,
  ) {}

  get usage(): TokenUsage | null {
    return this.facts.usage;
  }

  get finishReason(): string | null {
    return this.facts.finishReason;
  }

  push(chunk: Buffer): void {
    if (!this.isOver()) this.splitter.push(chunk);
  }

  end(): void {
    if (this.isOver()) return;
    this.readUnterminated(this.splitter.takeRest());
    if (this.isOver()) return;
    if (!this.facts.isComplete())
      return this.fail(failure('provider.interrupted', { internal: 'the stream ended early' }));
    this.tail = Buffer.concat(this.held);
    this.phase = 'finished';
  }

  estimateOutputTokens(): number {
    return this.relayed.estimateTokens();
  }

  private read(event: Buffer): void {
    const { facts } = this;
    const reading = readChunk(event);
    if (reading.kind === 'nothing') return;
    if (reading.kind === 'error')
      return this.fail(decodeErrorInside(reading.error, this.credential));
    if (reading.kind === 'garbage') {
      // Behind a complete answer it is no part of it.
      if (facts.isComplete()) return;
      return this.fail(failure('provider.invalid_answer', { internal: reading.reason }));
    }
    if (facts.isRepeated(reading.chunk)) return;
    facts.note(reading.chunk);
    if (facts.hasCandidates() || facts.isBlocked) this.phase = 'open';
    if (this.phase === 'open') this.release();
    this.relayed.note(event.length);
    if (this.phase === 'open' && !facts.isComplete()) this.emit(event);
    else this.held.push(event);
  }

  private release(): void {
    for (const event of this.held) this.emit(event);
    this.held = [];
  }

  /** Some servers leave out the empty line at the end: it is added, for readers that insist on it. */
  private readUnterminated(rest: Buffer): void {
    if (rest.length === 0 || readChunk(rest).kind === 'garbage') return;
    const ends = rest.at(-1) === 10 || rest.at(-1) === 13 ? '\n' : '\n\n';
    this.read(Buffer.concat([rest, Buffer.from(ends)]));
  }

  private fail(reason: Failure): void {
    this.phase = 'failed';
    this.failure = reason;
    this.held = [];
    this.splitter.stop();
  }

  private isOver(): boolean {
    return this.phase === 'finished' || this.phase === 'failed';
  }
}
