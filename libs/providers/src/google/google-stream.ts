import type { TokenUsage } from '@tollgate/contracts';
import { EventSplitter } from '../sse/event-splitter.ts';
import { RelayedContent } from '../sse/relayed-content.ts';
import { ChunkFacts } from './chunk-facts.ts';
import { decodeErrorInside } from './decode-failure.ts';
import { readChunk } from './read-chunk.ts';
import { StreamProgress } from '../stream-progress.ts';

/**
 * What a stream of Google's is, whoever reads it: no event ends it, so it is whole when the body ends after all candidates
 * have finished.
 */
export abstract class GoogleStream extends StreamProgress {
  readonly reportedCostPicoUsd = null;

  protected readonly facts = new ChunkFacts();
  protected readonly relayed = new RelayedContent();
  private readonly splitter = new EventSplitter(
    (event) => this.read(event),
    () => this.failInvalid('an event is too large'),
  );

  constructor(private readonly credential: string | null) {
    super();
  }

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
    if (!this.facts.isComplete()) return this.failCut();
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

  private read(event: Buffer): void {
    const { facts } = this;
    const reading = readChunk(event);
    if (reading.kind === 'nothing') return;
    if (reading.kind === 'error')
      return this.fail(decodeErrorInside(reading.error, this.credential));
    if (reading.kind === 'garbage') {
      // Behind a complete answer it is no part of it.
      if (facts.isComplete()) return;
      return this.failInvalid(reading.reason);
    }
    if (facts.isRepeated(reading.chunk)) return;
    facts.note(reading.chunk);
    this.relayed.note(event.length);
    this.take(reading.chunk, event);
  }

  protected override stop(): void {
    this.splitter.stop();
  }
}

/** The event with the empty line that ends it, for readers that insist on it. */
function terminated(event: Buffer): Buffer {
  const ends = event.at(-1) === 10 || event.at(-1) === 13 ? '\n' : '\n\n';
  return Buffer.concat([event, Buffer.from(ends)]);
}
