import type { Failure, PicoUsd, TokenUsage } from '@tollgate/contracts';
import type { AnswerEvent, EmitEvent } from '@tollgate/neutral';
import type { StreamDecoder, StreamReader } from '@tollgate/providers';

export const NO_BYTES = new Uint8Array(0);

/**
 * A stream whose facts are those of the provider's reader, and whose bytes are made elsewhere. The head of an answer alone does
 * not open it: until something of the answer itself has come, another provider may be asked.
 */
export abstract class ReaderStream implements StreamDecoder {
  protected readonly reader: StreamReader;
  protected hasContent = false;
  /** The head of the answer and the beginning of a part that says nothing yet. */
  private held: AnswerEvent[] = [];

  constructor(readerFor: (push: EmitEvent) => StreamReader) {
    this.reader = readerFor((event) => this.take(event));
  }

  abstract get tail(): Uint8Array;

  get phase(): StreamDecoder['phase'] {
    const { phase } = this.reader;
    return phase === 'open' && !this.hasContent ? 'waiting' : phase;
  }

  get failure(): Failure | null {
    return this.reader.failure;
  }

  get usage(): TokenUsage | null {
    return this.reader.usage;
  }

  get reportedCostPicoUsd(): PicoUsd | null {
    return this.reader.reportedCostPicoUsd;
  }

  get finishReason(): string | null {
    return this.reader.finishReason;
  }

  estimateOutputTokens(): number {
    return this.reader.estimateOutputTokens();
  }

  push(chunk: Buffer): void {
    this.reader.push(chunk);
    this.flush();
  }

  end(): void {
    this.reader.end();
    this.flush();
  }

  /** The reader has told something. */
  protected abstract take(event: AnswerEvent): void;

  /** What came of one chunk goes on in one piece. */
  protected abstract flush(): void;

  /** Hands the event on, with what was held back before it; or holds it back while nothing is said. */
  protected release(event: AnswerEvent, give: EmitEvent): void {
    if (!this.hasContent && saysNothing(event)) {
      this.held.push(event);
      return;
    }
    for (const earlier of this.held.splice(0)) give(earlier);
    this.hasContent = true;
    give(event);
  }
}

/** Whether the client would learn nothing of the answer from it. */
function saysNothing(event: AnswerEvent): boolean {
  if (event.type !== 'part') return event.type === 'start';
  const { value } = event;
  return (
    (value.type === 'text' || value.type === 'reasoning') && value.text === '' && !value.signature
  );
}
