import type { EmitFrame, StreamEncoder } from '@tollgate/dialects';
import type { AnswerEvent, EmitEvent } from '@tollgate/neutral';
import type { Emit, StreamReader } from '@tollgate/providers';
import { NO_BYTES, ReaderStream } from './reader-stream.ts';

/** A provider's stream in the client's dialect: what one chunk of the provider's brings goes on in one piece. */
export class TranslatedStream extends ReaderStream {
  private readonly encoder: StreamEncoder;
  private hasEnded = false;
  private frames: Uint8Array[] = [];
  private readonly give: EmitEvent = (event) => this.encoder.push(event);

  constructor(
    readerFor: (push: EmitEvent) => StreamReader,
    encoderFor: (give: EmitFrame) => StreamEncoder,
    private readonly emit: Emit,
  ) {
    super(readerFor);
    this.encoder = encoderFor((bytes) => this.frames.push(bytes));
  }

  get tail(): Uint8Array {
    return this.reader.phase === 'finished' ? this.encoder.tail : NO_BYTES;
  }

  protected take(event: AnswerEvent): void {
    if (this.hasEnded) return;
    this.hasEnded = event.type === 'end';
    this.release(event, this.give);
  }

  protected flush(): void {
    const { frames } = this;
    const [first] = frames;
    if (first === undefined) return;
    this.frames = [];
    this.emit(frames.length === 1 ? first : Buffer.concat(frames));
  }
}
