import type { TokenUsage } from '@tollgate/contracts';
import type { AnswerEvent, EmitEvent } from '@tollgate/neutral';
import type { StreamReader } from '../chat-wire.ts';
import { isRecord, parseJson } from '../json/json-value.ts';
import { EventSplitter } from '../sse/event-splitter.ts';
import { readEvent } from '../sse/sse-events.ts';
import { BlockReader } from './block-reader.ts';
import { decodeHead } from './decode-answer.ts';
import { decodeErrorInside } from './decode-failure.ts';
import { decodeFinish } from './decode-finish.ts';
import { decodeUsage, mergeUsage } from './decode-usage.ts';
import { StreamProgress } from '../stream-progress.ts';

type Json = Readonly<Record<string, unknown>>;

/** Reads a streamed message as neutral events. The start is held back until the first block: it promises nothing. */
export class AnthropicStreamReader extends StreamProgress implements StreamReader {
  readonly reportedCostPicoUsd = null;
  finishReason: string | null = null;

  private readonly splitter = new EventSplitter(
    (event) => this.read(event),
    () => this.failInvalid('an event is too large'),
  );
  private readonly blocks: BlockReader;
  private counts: Json = {};
  private start: AnswerEvent | null = null;

  /** @param custom the names of tools that take free text */
  constructor(
    private readonly credential: string | null,
    custom: ReadonlySet<string>,
    private readonly emit: EmitEvent,
  ) {
    super();
    this.blocks = new BlockReader(custom, (event) => this.give(event));
  }

  get usage(): TokenUsage | null {
    return decodeUsage(this.counts);
  }

  push(chunk: Buffer): void {
    if (!this.isOver()) this.splitter.push(chunk);
  }

  end(): void {
    if (this.isOver()) return;
    // A server may leave out the empty line at the end.
    const last = this.splitter.takeRest();
    if (isRecord(parseJson(readEvent(last).data ?? ''))) this.read(last);
    if (!this.isOver()) this.failCut();
  }

  estimateOutputTokens(): number {
    return Math.ceil(this.blocks.bytes / 4);
  }

  private read(event: Buffer): void {
    const { data, event: name, isForeign } = readEvent(event);
    if (data === null) {
      if (isForeign) this.failInvalid('the stream is no event stream');
      return;
    }
    const value = parseJson(data);
    if (isRecord(value)) this.readValue(value, name);
    else if (name === 'error') this.fail(decodeErrorInside(data, this.credential));
    else this.failInvalid('an event is no JSON object');
  }

  private readValue(value: Json, name: string): void {
    const { type = name, error } = value;
    switch (type) {
      case 'message_start':
        return this.begin(value.message);
      case 'message_delta':
        return this.note(value);
      case 'message_stop':
        return this.finish();
      case 'error':
        return this.fail(decodeErrorInside(error ?? value, this.credential));
      default:
        if (isRecord(error)) this.fail(decodeErrorInside(error, this.credential));
        else this.blocks.read(value);
    }
  }

  private begin(message: unknown): void {
    if (!isRecord(message) || this.start || this.phase !== 'waiting') return;
    this.counts = mergeUsage({}, message.usage);
    const { usage } = this;
    this.start = { type: 'start', ...decodeHead(message), ...(usage ? { usage } : {}) };
  }

  private note({ delta, usage }: Json): void {
    this.counts = mergeUsage(this.counts, usage);
    if (!isRecord(delta) || typeof delta.stop_reason !== 'string') return;
    if (this.finishReason !== null) return;
    const finish = decodeFinish(delta);
    this.finishReason = finish.raw;
    this.blocks.close();
    this.give({ type: 'finish', choice: 0, finish });
  }

  private finish(): void {
    if (this.phase === 'waiting') return this.failInvalid('the stream was empty');
    if (this.finishReason === null) return this.failCut('no stop_reason came');
    const { usage } = this;
    if (usage) this.give({ type: 'usage', usage });
    this.give({ type: 'end' });
    this.phase = 'finished';
    this.splitter.stop();
  }

  private give(event: AnswerEvent): void {
    if (this.phase === 'waiting') {
      this.phase = 'open';
      this.emit(this.start ?? { type: 'start', id: '', model: '', createdAt: null });
    }
    this.emit(event);
  }

  protected override stop(): void {
    this.splitter.stop();
  }
}
