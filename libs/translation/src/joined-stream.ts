import type { Failure, PicoUsd, TokenUsage } from '@tollgate/contracts';
import type { AnswerEvent, EmitEvent } from '@tollgate/neutral';
import type { Emit, StreamDecoder, StreamReader } from '@tollgate/providers';
import type { JoinedAnswer } from './joined-answer.ts';
import { saysNothing } from './translated-stream.ts';

const EMPTY = new Uint8Array(0);

export interface JoinedStreamOptions {
  /** It goes on with an answer that has begun. */
  readonly isContinuation: boolean;
  /** See `ContinuationTurn`. */
  readonly dropsLeadingBlanks: boolean;
}

/** One provider's share of an answer. */
export class JoinedStream implements StreamDecoder {
  private readonly reader: StreamReader;
  private held: AnswerEvent[] = [];
  private hasContent = false;
  private dropsBlanks: boolean;
  /** Parts of a continuation that are text; all of them go on with the one that is open. */
  private readonly texts = new Set<number>();

  constructor(
    readerFor: (push: EmitEvent) => StreamReader,
    private readonly answer: JoinedAnswer,
    private readonly options: JoinedStreamOptions,
    private readonly emit: Emit,
  ) {
    this.dropsBlanks = options.dropsLeadingBlanks;
    this.reader = readerFor((event) =>
      options.isContinuation ? this.goOn(event) : this.begin(event),
    );
  }

  get phase(): StreamDecoder['phase'] {
    const { phase } = this.reader;
    return phase === 'open' && !this.hasContent ? 'waiting' : phase;
  }

  get failure(): Failure | null {
    return this.reader.failure;
  }

  get tail(): Uint8Array {
    return this.reader.phase === 'finished' ? this.answer.tail : EMPTY;
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

  private begin(event: AnswerEvent): void {
    if (!this.hasContent && saysNothing(event)) {
      this.held.push(event);
      return;
    }
    for (const earlier of this.held.splice(0)) this.answer.push(earlier);
    this.hasContent = true;
    this.answer.push(event);
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

  private flush(): void {
    const frames = this.answer.takeFrames();
    if (frames) this.emit(frames);
  }
}
