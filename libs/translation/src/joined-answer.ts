import { addUsage, type TokenUsage } from '@tollgate/contracts';
import type { EmitFrame, StreamEncoder } from '@tollgate/dialects';
import type { AnswerEvent } from '@tollgate/neutral';

/** The one answer that the client sees, whoever gives its parts. */
export class JoinedAnswer {
  /** What was said so far. */
  text = '';
  /** Nothing but text was said, in one choice, and nothing hangs on its positions. */
  isTextOnly = true;
  isFinished = false;
  hasEnded = false;
  /** The client's number of the text part that is open. */
  openPart: number | null = null;
  /** What those used who were cut off. */
  prior: TokenUsage | null = null;
  private readonly encoder: StreamEncoder;
  private frames: Uint8Array[] = [];

  constructor(encoderFor: (give: EmitFrame) => StreamEncoder) {
    this.encoder = encoderFor((bytes) => this.frames.push(bytes));
  }

  get tail(): Uint8Array {
    return this.encoder.tail;
  }

  /** What has been written since the last time, in one piece; null for nothing. */
  takeFrames(): Uint8Array | null {
    const { frames } = this;
    const [first] = frames;
    if (first === undefined) return null;
    this.frames = [];
    return frames.length === 1 ? first : Buffer.concat(frames);
  }

  push(event: AnswerEvent): void {
    if (this.hasEnded) return;
    this.note(event);
    this.encoder.push(
      event.type === 'usage' && this.prior
        ? { type: 'usage', usage: addUsage(this.prior, event.usage) }
        : event,
    );
  }

  private note(event: AnswerEvent): void {
    switch (event.type) {
      case 'part':
        if (event.value.type === 'text' && event.choice === 0) {
          this.openPart = event.part;
          this.text += event.value.text;
        } else this.isTextOnly = false;
        return;
      case 'delta':
        this.text += event.text;
        return;
      case 'part-end':
        this.openPart = null;
        return;
      case 'finish':
        this.isFinished = true;
        return;
      case 'end':
        this.hasEnded = true;
        return;
      case 'start':
      case 'usage':
        return;
      case 'transcript':
      case 'signature':
      case 'citation':
      case 'logprobs':
        this.isTextOnly = false;
        return;
    }
  }
}
