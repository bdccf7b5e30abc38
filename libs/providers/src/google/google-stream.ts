import { type Failure, failure, type TokenUsage } from '@tollgate/contracts';
import type { StreamDecoder } from '../provider.ts';
import { EventSplitter } from '../sse/event-splitter.ts';
import { RelayedContent } from '../sse/relayed-content.ts';
import { ChunkFacts } from './chunk-facts.ts';
import { decodeErrorInside } from './decode-failure.ts';
import { readChunk } from './read-chunk.ts';

/**
 * What a stream of Google's is, whoever reads it: no event ends it, so it is whole when the body ends after all candidates
 * have finished.
 */
export abstract class GoogleStream {
  phase: StreamDecoder['phase'] = 'waiting';
  failure: Failure | null = null;
  readonly reportedCostPicoUsd = null;

  protected readonly facts = new ChunkFacts();
  protected readonly relayed = new RelayedContent();
  private readonly splitter = new EventSplitter(
    (event) => this.read(event),
    () => this.fail(failure('provider.invalid_answer', { internal: 'an event is too large' })),
  );

  constructor(private readonly credential: string | null) {}

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
    const rest = this.splitter.takeRest();
    // Some servers leave out the empty line at the end.
    if (rest.length > 0 && readChunk(rest).kind !== 'garbage') this.read(terminated(rest));
    if (this.isOver()) return;
    if (!this.facts.isComplete())
      return this.fail(failure('provider.interrupted', { internal: 'the stream ended early' }));
    this.complete();
    if (!this.isOver()) this.phase = 'finished';
  }

  estimateOutputTokens(): number {
    return this.relayed.estimateTokens();
  }

  /** A chunk that was not told before; `facts` has taken notice of it. */
  protected abstract take(chunk: Readonly<Record<string, unknown>>, event: Buffer): void;

  /** The body ended, and the answer is whole; `fail` where it is none after all. */
  protected abstract complete(): void;

  protected fail(reason: Failure): void {
    this.phase = 'failed';
    this.failure = reason;
    this.splitter.stop();
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
    this.relayed.note(event.length);
    this.take(reading.chunk, event);
  }

  private isOver(): boolean {
    return this.phase === 'finished' || this.phase === 'failed';
  }
}

/** The event with the empty line that ends it, for readers that insist on it. */
function terminated(event: Buffer): Buffer {
  const ends = event.at(-1) === 10 || event.at(-1) === 13 ? '\n' : '\n\n';
  return Buffer.concat([event, Buffer.from(ends)]);
}
