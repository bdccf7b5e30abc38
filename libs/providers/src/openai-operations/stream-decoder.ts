import type { PicoUsd, TokenUsage } from '@tollgate/contracts';
import { isRecord, parseJson } from '../json/json-value.ts';
import { decodeErrorInside } from '../openai-compatible/decode-failure.ts';
import { decodeReportedCost } from '../openai-compatible/decode-usage.ts';
import type { Emit, StreamDecoder } from '../provider.ts';
import { readError } from '../refusal/provider-error.ts';
import { EventSplitter } from '../sse/event-splitter.ts';
import { RelayedContent } from '../sse/relayed-content.ts';
import { readEvent } from '../sse/sse-events.ts';
import type { OperationReading } from './decode-response.ts';
import { decodeOperationUsage, decodeTicks } from './decode-usage.ts';
import { StreamProgress } from '../stream-progress.ts';

/** The event that completes an answer, by the end of its type: `transcript.text.done`, `image_generation.completed`. */
const COMPLETES = /^(?:transcript\.text|speech\.audio)\.done$|\.completed$/;
const EMPTY = Buffer.alloc(0);

/**
 * Relays the stream of a transcription, of speech or of images: the provider's own bytes, event by event. From the event
 * that completes the answer on, `[DONE]` included, everything is held in `tail` until the provider ends the body.
 */
export class OperationStreamDecoder extends StreamProgress implements StreamDecoder {
  tail: Buffer = EMPTY;
  usage: TokenUsage | null = null;
  reportedCostPicoUsd: PicoUsd | null = null;
  readonly finishReason = null;

  private readonly splitter = new EventSplitter(
    (event) => this.read(event),
    () => this.failInvalid('an event is too large'),
  );
  private readonly relayed = new RelayedContent();
  private isComplete = false;
  private last: Buffer[] = [];

  constructor(
    private readonly reading: OperationReading,
    private readonly emit: Emit,
  ) {
    super();
  }

  push(chunk: Buffer): void {
    if (!this.isOver()) this.splitter.push(chunk);
  }

  end(): void {
    if (this.isOver()) return;
    const rest = this.splitter.takeRest();
    // Some servers leave out the empty line at the end.
    if (rest.length > 0) this.read(Buffer.concat([rest, Buffer.from('\n\n')]));
    if (this.isOver()) return;
    if (this.isComplete) return this.finish();
    this.failCut();
  }

  estimateOutputTokens(): number {
    return this.relayed.estimateTokens();
  }

  private read(event: Buffer): void {
    const { data, isForeign } = readEvent(event);
    if (isForeign) return this.failInvalid('the stream is no event stream');
    // A comment before the first event: another provider may still be asked.
    if (data === null) return;
    if (data.trim() === '[DONE]') return this.readDone(event);
    const value = parseJson(data);
    if (!isRecord(value)) return this.failInvalid('an event is no JSON object');
    const { type, error } = value;
    if (type === 'error' || isRecord(error))
      return this.fail(
        decodeErrorInside(readError(isRecord(error) ? error : value), this.reading.credential),
      );
    this.readUsage(value.usage);
    if (typeof type === 'string' && COMPLETES.test(type)) this.isComplete = true;
    if (this.isComplete) this.last.push(event);
    else this.relay(event);
  }

  private readDone(event: Buffer): void {
    if (!this.isComplete) return this.failInvalid('the stream ended without an answer');
    this.last.push(event);
    this.finish();
  }

  private readUsage(usage: unknown): void {
    if (!isRecord(usage)) return;
    const { quirks } = this.reading;
    this.usage = decodeOperationUsage(usage);
    this.reportedCostPicoUsd = quirks.operations.reportsTicks
      ? decodeTicks(usage)
      : decodeReportedCost(usage, quirks);
  }

  private relay(event: Buffer): void {
    this.phase = 'open';
    this.relayed.note(event.length);
    this.emit(event);
  }

  private finish(): void {
    this.phase = 'finished';
    this.tail = Buffer.concat(this.last);
    this.splitter.stop();
  }

  protected override stop(): void {
    this.splitter.stop();
  }
}
