import type { Failure, PicoUsd, TokenUsage } from '@tollgate/contracts';
import type { EmitFrame, OperationStreamEncoder } from '@tollgate/dialects';
import type { OperationPieces, PlainOperation } from '@tollgate/neutral';
import type { Emit, StreamDecoder, StreamReader } from '@tollgate/providers';
import { NO_BYTES } from './reader-stream.ts';

/** An operation's streamed answer in the client's dialect: what one chunk of the provider's brings goes on in one piece. */
export class OperationStream<Operation extends PlainOperation> implements StreamDecoder {
  private readonly reader: StreamReader;
  private readonly encoder: OperationStreamEncoder<Operation>;
  private frames: Uint8Array[] = [];
  private hasEnded = false;

  constructor(
    readerFor: (give: (piece: OperationPieces[Operation]) => void) => StreamReader,
    encoderFor: (give: EmitFrame) => OperationStreamEncoder<Operation>,
    private readonly emit: Emit,
  ) {
    this.encoder = encoderFor((bytes) => this.frames.push(bytes));
    this.reader = readerFor((piece) => this.encoder.push(piece));
  }

  get phase(): StreamDecoder['phase'] {
    return this.reader.phase;
  }

  get failure(): Failure | null {
    return this.reader.failure;
  }

  get tail(): Uint8Array {
    return this.hasEnded ? this.encoder.tail : NO_BYTES;
  }

  get contentType(): string | undefined {
    return this.encoder.contentType;
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
    this.settle();
  }

  end(): void {
    this.reader.end();
    this.settle();
  }

  private settle(): void {
    if (this.reader.phase === 'finished' && !this.hasEnded) {
      this.hasEnded = true;
      this.encoder.end(this.reader.usage);
    }
    const { frames } = this;
    const [first] = frames;
    if (first === undefined) return;
    this.frames = [];
    this.emit(frames.length === 1 ? first : Buffer.concat(frames));
  }
}
