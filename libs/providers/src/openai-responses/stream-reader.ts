import type { PicoUsd, TokenUsage } from '@tollgate/contracts';
import type { EmitEvent } from '@tollgate/neutral';
import type { StreamReader } from '../chat-wire.ts';
import { isRecord, parseJson } from '../json/json-value.ts';
import { EventSplitter } from '../sse/event-splitter.ts';
import { readEvent } from '../sse/sse-events.ts';
import { decodeFinish, decodeHead } from './decode-answer.ts';
import type { ResponsesReading } from './decode-response.ts';
import { decodeResponsesCost, decodeResponsesUsage } from './decode-usage.ts';
import type { Json } from './encode-media.ts';
import { OutputReader } from './output-reader.ts';
import { failureInside, readOutcome } from './response-outcome.ts';
import { StreamProgress } from '../stream-progress.ts';

const OPENING = new Set([
  'response.created',
  'response.queued',
  'response.in_progress',
  'keepalive',
]);
const TERMINAL = new Set(['response.completed', 'response.incomplete', 'response.failed']);

/** Reads a streamed response as neutral events. */
export class ResponsesStreamReader extends StreamProgress implements StreamReader {
  usage: TokenUsage | null = null;
  reportedCostPicoUsd: PicoUsd | null = null;
  finishReason: string | null = null;

  private readonly splitter = new EventSplitter(
    (event) => this.read(event),
    () => this.failInvalid('an event is too large'),
  );
  private readonly output: OutputReader;
  private head: Json = {};
  private deltaBytes = 0;

  constructor(
    private readonly reading: ResponsesReading,
    private readonly emit: EmitEvent,
  ) {
    super();
    this.output = new OutputReader(emit);
  }

  push(chunk: Buffer): void {
    if (!this.isOver()) this.splitter.push(chunk);
  }

  end(): void {
    if (this.isOver()) return;
    const rest = this.splitter.takeRest();
    if (isRecord(parseJson(readEvent(rest).data ?? ''))) this.read(rest);
    if (!this.isOver()) this.failCut();
  }

  estimateOutputTokens(): number {
    return Math.ceil(this.deltaBytes / 4);
  }

  private read(event: Buffer): void {
    const { data, event: name, isForeign } = readEvent(event);
    if (data === null) {
      if (isForeign) this.failInvalid('the stream is no event stream');
      return;
    }
    if (data.trim() === '[DONE]') return this.failInvalid('the stream ended without a response');
    const value = parseJson(data);
    if (isRecord(value)) return this.readValue(value, name);
    if (name === 'error') return this.fail(failureInside(data, this.reading.credential));
    this.failInvalid('an event is no JSON object');
  }

  private readValue(value: Json, name: string): void {
    const type = typeof value.type === 'string' ? value.type : name;
    if (type === 'error' || isRecord(value.error) || typeof value.error === 'string')
      return this.fail(failureInside(value.error ?? value, this.reading.credential));
    const response = isRecord(value.response) ? value.response : {};
    if (OPENING.has(type)) {
      this.head = { ...this.head, ...response };
      return;
    }
    if (TERMINAL.has(type)) return this.readEnd(type, response);
    this.open();
    if (typeof value.delta === 'string') this.deltaBytes += Buffer.byteLength(value.delta);
    this.output.read(type, value);
  }

  private readEnd(type: string, response: Json): void {
    this.usage = decodeResponsesUsage(response.usage, response.output);
    this.reportedCostPicoUsd = decodeResponsesCost(response.usage, this.reading.costReport);
    const outcome = readOutcome(response, this.reading.credential);
    if (!outcome.ok) return this.fail(outcome.failure);
    if (type === 'response.failed') return this.fail(failureInside(null, null));
    this.head = { ...this.head, ...response };
    this.open();
    this.output.complete(response.output);
    this.finishReason = outcome.finishReason;
    const finish = decodeFinish(this.finishReason, this.output.parts);
    this.emit({ type: 'finish', choice: 0, finish });
    if (this.usage) this.emit({ type: 'usage', usage: this.usage, ...tierOf(response) });
    this.phase = 'finished';
    this.splitter.stop();
    this.emit({ type: 'end' });
  }

  private open(): void {
    if (this.phase !== 'waiting') return;
    this.phase = 'open';
    const { id, model, createdAt } = decodeHead(this.head);
    this.emit({ type: 'start', id, model, createdAt });
  }

  protected override stop(): void {
    this.splitter.stop();
  }
}

/** The events that begin a response say which tier was asked for, the last one which it was. */
function tierOf(response: Json): { readonly serviceTier?: string } {
  const { serviceTier } = decodeHead(response);
  return serviceTier === undefined ? {} : { serviceTier };
}
