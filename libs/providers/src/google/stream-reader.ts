import { type Failure, failure, type TokenUsage } from '@tollgate/contracts';
import type { EmitEvent } from '@tollgate/neutral';
import type { StreamReader } from '../chat-wire.ts';
import type { StreamDecoder } from '../provider.ts';
import { EventSplitter } from '../sse/event-splitter.ts';
import { RelayedContent } from '../sse/relayed-content.ts';
import { AnswerReader } from './answer-reader.ts';
import { ChunkFacts } from './chunk-facts.ts';
import { decodeErrorInside } from './decode-failure.ts';
import { readChunk } from './read-chunk.ts';

/** Reads a stream of Google's as neutral events. It is whole when the body ends after all candidates have finished. */
export class GoogleStreamReader implements StreamReader {
  phase: StreamDecoder['phase'] = 'waiting';
  failure: Failure | null = null;
  readonly reportedCostPicoUsd = null;

  private readonly facts = new ChunkFacts();
  private readonly relayed = new RelayedContent();
  private readonly answer: AnswerReader;
  private readonly splitter = new EventSplitter(
    (event) => this.read(event),
    () => this.fail(failure('provider.invalid_answer', { internal: 'an event is too large' })),
  );

  constructor(
    private readonly credential: string | null,
    seed: string,
    emit: EmitEvent,
  ) {
    this.answer = new AnswerReader(seed, emit);
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
    if (rest.length > 0 && readChunk(rest).kind !== 'garbage') this.read(rest);
    if (this.isOver()) return;
    if (!this.facts.isComplete())
      return this.fail(failure('provider.interrupted', { internal: 'the stream ended early' }));
    this.answer.end(this.facts.usage);
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
      if (facts.isComplete()) return;
      return this.fail(failure('provider.invalid_answer', { internal: reading.reason }));
    }
    const { chunk } = reading;
    if (facts.isRepeated(chunk)) return;
    facts.note(chunk);
    this.relayed.note(event.length);
    if (facts.isBlocked) return this.fail(blocked(facts.finishReason));
    if (facts.hasCandidates()) this.phase = 'open';
    this.answer.read(chunk);
  }

  private fail(reason: Failure): void {
    this.phase = 'failed';
    this.failure = reason;
    this.splitter.stop();
  }

  private isOver(): boolean {
    return this.phase === 'finished' || this.phase === 'failed';
  }
}

/** Google refused the prompt, for a reason that is a word of its own. */
export function blocked(reason: string | null): Failure {
  return failure('provider.content_filtered', { internal: `the prompt was blocked: ${reason}` });
}
