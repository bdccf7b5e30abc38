import type { AnswerEvent, EmitEvent } from '@tollgate/neutral';
import type { Emit, StreamReader } from '@tollgate/providers';
import type { JoinedAnswer } from './joined-answer.ts';
import { NO_BYTES, ReaderStream } from './reader-stream.ts';

export interface JoinedStreamOptions {
  /** It goes on with an answer that has begun. */
  readonly isContinuation: boolean;
  /** See `ContinuationTurn`. */
  readonly dropsLeadingBlanks: boolean;
}

/** One provider's share of an answer. */
export class JoinedStream extends ReaderStream {
  private dropsBlanks: boolean;
  /** Parts of a continuation that are text; all of them go on with the one that is open. */
  private readonly texts = new Set<number>();

  constructor(
    readerFor: (push: EmitEvent) => StreamReader,
    private readonly answer: JoinedAnswer,
    private readonly options: JoinedStreamOptions,
    private readonly emit: Emit,
  ) {
    super(readerFor);
    this.dropsBlanks = options.dropsLeadingBlanks;
  }

  get tail(): Uint8Array {
    return this.reader.phase === 'finished' ? this.answer.tail : NO_BYTES;
  }

  protected take(event: AnswerEvent): void {
    if (this.options.isContinuation) this.goOn(event);
    else this.release(event, (one) => this.answer.push(one));
  }

  protected flush(): void {
    const frames = this.answer.takeFrames();
    if (frames) this.emit(frames);
  }

  /** Text alone goes on; what the model thinks on the way is its own. */
  private goOn(event: AnswerEvent): void {
    const { openPart } = this.answer;
    switch (event.type) {
      case 'part':
        if (event.value.type !== 'text' || event.choice !== 0) return;
        this.texts.add(event.part);
        return this.say(event.value.text);
      case 'delta':
        if (event.choice === 0 && this.texts.has(event.part)) this.say(event.text);
        return;
      case 'finish':
        if (event.choice !== 0) return;
        this.hasContent = true;
        if (openPart !== null) this.answer.push({ type: 'part-end', choice: 0, part: openPart });
        return this.answer.push(event);
      case 'usage':
      case 'end':
        return this.answer.push(event);
      default:
    }
  }

  private say(given: string): void {
    const text = this.dropsBlanks ? given.trimStart() : given;
    if (text === '' || this.answer.openPart === null) return;
    this.dropsBlanks = false;
    this.hasContent = true;
    this.answer.push({ type: 'delta', choice: 0, part: this.answer.openPart, text });
  }
}
