import type { Failure, PicoUsd, TokenUsage } from '@tollgate/contracts';
import type { EmitEvent } from '@tollgate/neutral';
import type { StreamReader } from '../../chat-wire.ts';
import { isRecord, parseJson } from '../../json/json-value.ts';
import { readError } from '../../refusal/provider-error.ts';
import { EventSplitter } from '../../sse/event-splitter.ts';
import { RelayedContent } from '../../sse/relayed-content.ts';
import { readEvent } from '../../sse/sse-events.ts';
import { decodeErrorInside } from '../decode-failure.ts';
import { finishReasonOf } from '../decode-response.ts';
import { decodeReportedCost, decodeUsage } from '../decode-usage.ts';
import type { Quirks } from '../quirks.ts';
import { ChoiceReader } from './choice-reader.ts';
import { decodeHead } from './decode-head.ts';
import { decodeLogprobs } from './decode-logprobs.ts';
import { StreamProgress } from '../../stream-progress.ts';

type Fields = Readonly<Record<string, unknown>>;

/** More choices than any vendor gives. */
const MOST_CHOICES = 128;

export interface StreamReaderOptions {
  readonly quirks: Quirks;
  readonly credential: string | null;
  /** The media type of what is spoken. */
  readonly audioType: string;
}

/** Reads a stream of the family as events. Finish reasons and usage, which may come twice, are told at the end. */
export class ChatStreamReader extends StreamProgress implements StreamReader {
  usage: TokenUsage | null = null;
  reportedCostPicoUsd: PicoUsd | null = null;
  finishReason: string | null = null;

  private readonly splitter = new EventSplitter(
    (event) => this.read(event),
    () => this.failInvalid('an event is too large'),
  );
  private readonly relayed = new RelayedContent();
  private readonly choices: ChoiceReader[] = [];
  private answerId = '';

  constructor(
    private readonly options: StreamReaderOptions,
    private readonly emit: EmitEvent,
  ) {
    super();
  }

  push(chunk: Buffer): void {
    if (!this.isOver()) this.splitter.push(chunk);
  }

  end(): void {
    if (this.isOver()) return;
    const rest = this.splitter.takeRest();
    if (rest.length > 0) this.readUnterminated(rest);
    if (this.isOver()) return;
    if (this.finishReason !== null) this.finish();
    else this.failCut();
  }

  estimateOutputTokens(): number {
    return this.relayed.estimateTokens();
  }

  private read(event: Buffer): void {
    if (this.isOver()) return;
    const { data, event: name, isForeign } = readEvent(event);
    if (data === null) {
      if (isForeign) this.failInvalid('the stream is no event stream');
      return;
    }
    if (data.trim() === '[DONE]') return this.finish();
    const value = parseJson(data);
    if (isRecord(value)) return this.readChunk(value, name, event.length);
    if (name === 'error') this.fail(this.refusal(data));
    else this.failInvalid('an event is no JSON object');
  }

  /** Some servers leave out the empty line at the end; half an event is none. */
  private readUnterminated(rest: Buffer): void {
    const { data } = readEvent(rest);
    if (data?.trim() === '[DONE]' || isRecord(parseJson(data ?? ''))) this.read(rest);
  }

  private readChunk(chunk: Fields, name: string, size: number): void {
    if (isRecord(chunk.error) || typeof chunk.error === 'string' || name === 'error')
      return this.fail(this.refusal(chunk.error ?? chunk));
    const choices = Array.isArray(chunk.choices) ? chunk.choices.filter(isRecord) : [];
    this.noteUsage(chunk);
    // Azure's first chunk has no choice, no id and no model.
    if (choices.length > 0) this.open(chunk);
    for (const choice of choices) this.readChoice(choice);
    this.finishReason ??= finishReasonOf(choices);
    if (choices.length > 0) this.relayed.note(size);
  }

  private open(chunk: Fields): void {
    if (this.phase !== 'waiting') return;
    this.phase = 'open';
    const head = decodeHead(chunk);
    this.answerId = head.id;
    this.emit({ type: 'start', ...head });
  }

  private readChoice(choice: Fields): void {
    const index = typeof choice.index === 'number' ? choice.index : 0;
    if (!Number.isInteger(index) || index < 0 || index >= MOST_CHOICES)
      return this.failInvalid('a choice has no place');
    while (this.choices.length <= index)
      this.choices.push(
        new ChoiceReader(this.choices.length, this.answerId, this.options.audioType, this.emit),
      );
    const reader = this.choices[index];
    const message = choice.delta ?? choice.message;
    if (isRecord(message)) reader?.take(message);
    const tokens = decodeLogprobs(choice.logprobs);
    if (tokens) this.emit({ type: 'logprobs', choice: index, tokens });
    reader?.noteFinish(choice.finish_reason);
  }

  private noteUsage(chunk: Fields): void {
    const groq = isRecord(chunk.x_groq) ? chunk.x_groq.usage : undefined;
    const usage = isRecord(chunk.usage) ? chunk.usage : groq;
    if (usage === undefined) return;
    this.usage = decodeUsage(usage, this.options.quirks) ?? this.usage;
    this.reportedCostPicoUsd = decodeReportedCost(usage, this.options.quirks);
  }

  private finish(): void {
    if (this.phase === 'waiting') return this.failInvalid('the stream was empty');
    this.phase = 'finished';
    this.splitter.stop();
    for (const choice of this.choices) choice.finish();
    if (this.usage) this.emit({ type: 'usage', usage: this.usage });
    this.emit({ type: 'end' });
  }

  private refusal(error: unknown): Failure {
    return decodeErrorInside(readError(error), this.options.credential);
  }

  protected override stop(): void {
    this.splitter.stop();
  }
}
