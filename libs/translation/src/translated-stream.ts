import type { Failure, PicoUsd, TokenUsage } from '@tollgate/contracts';
import type { EmitFrame, StreamEncoder } from '@tollgate/dialects';
import type { AnswerEvent, EmitEvent } from '@tollgate/neutral';
import type { Emit, StreamDecoder, StreamReader } from '@tollgate/providers';

const EMPTY = new Uint8Array(0);

/**
 * A provider's stream in the client's dialect: what one chunk of the provider's brings goes on in one piece. The head of an
 * answer alone does not open it: until something of the answer itself has come, another provider may be asked.
 */
export class TranslatedStream implements StreamDecoder {
  private readonly reader: StreamReader;
  private readonly encoder: StreamEncoder;
  /** The head of the answer and the beginning of a part that says nothing yet. */
  private held: AnswerEvent[] = [];
  private hasContent = false;
  private hasEnded = false;
  private frames: Uint8Array[] = [];

  constructor(
    readerFor: (push: EmitEvent) => StreamReader,
    encoderFor: (give: EmitFrame) => StreamEncoder,
    private readonly emit: Emit,
  ) {
    this.encoder = encoderFor((bytes) => this.frames.push(bytes));
    this.reader = readerFor((event) => this.take(event));
  }

  get phase(): StreamDecoder['phase'] {
    const { phase } = this.reader;
    return phase === 'open' && !this.hasContent ? 'waiting' : phase;
  }

  get failure(): Failure | null {
    return this.reader.failure;
  }

  get tail(): Uint8Array {
    return this.reader.phase === 'finished' ? this.encoder.tail : EMPTY;
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

  private take(event: AnswerEvent): void {
    if (this.hasEnded) return;
    if (!this.hasContent && saysNothing(event)) {
      this.held.push(event);
      return;
    }
    for (const earlier of this.held.splice(0)) this.encoder.push(earlier);
    this.hasContent = true;
    this.hasEnded = event.type === 'end';
    this.encoder.push(event);
  }

  private flush(): void {
    const { frames } = this;
    const [first] = frames;
    if (first === undefined) return;
    this.frames = [];
    this.emit(frames.length === 1 ? first : Buffer.concat(frames));
  }
}

/** Whether the client would learn nothing of the answer from it. */
export function saysNothing(event: AnswerEvent): boolean {
  if (event.type !== 'part') return event.type === 'start';
  const { value } = event;
  return (
    (value.type === 'text' || value.type === 'reasoning') && value.text === '' && !value.signature
  );
}
