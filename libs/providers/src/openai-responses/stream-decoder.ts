import type { PicoUsd, TokenUsage } from '@tollgate/contracts';
import { isRecord, parseJson } from '../json/json-value.ts';
import type { Emit, StreamDecoder } from '../provider.ts';
import { EventSplitter } from '../sse/event-splitter.ts';
import { RelayedContent } from '../sse/relayed-content.ts';
import { readEvent } from '../sse/sse-events.ts';
import type { ResponsesReading } from './decode-response.ts';
import { decodeResponsesCost, decodeResponsesUsage } from './decode-usage.ts';
import { failureInside, readOutcome } from './response-outcome.ts';
import { StreamProgress } from '../stream-progress.ts';

/** What a cheap look over an event says must be read: the end of the response, or an error. */
const NOTABLE =
  /response\.(?:completed|incomplete|failed|created|queued|in_progress)|"error"\s*:\s*[^n\s]|event *: *error|"type"\s*:\s*"(?:error|keepalive)"|\[DONE\]/;
/** One JSON object on one line, by a look at its ends. */
const PLAIN = /^(?:event: ?[\w.]{1,80}\r?\n)?data: ?\{[^\r\n]*\}[\r\n]+$/;
/** Events that promise nothing yet: held back, so that another provider may still be asked. */
const OPENING = new Set([
  'response.created',
  'response.queued',
  'response.in_progress',
  'keepalive',
]);

const MAX_PREAMBLE_BYTES = 256 * 1024;
const EMPTY = Buffer.alloc(0);

/** Relays a stream of the responses API: the provider's own bytes, event by event; only notable ones are parsed. */
export class ResponsesStreamDecoder extends StreamProgress implements StreamDecoder {
  tail: Buffer = EMPTY;
  usage: TokenUsage | null = null;
  reportedCostPicoUsd: PicoUsd | null = null;
  finishReason: string | null = null;

  private readonly splitter = new EventSplitter(
    (event) => this.read(event),
    () => this.failInvalid('an event is too large'),
  );
  private readonly relayed = new RelayedContent();
  private preamble: Buffer[] = [];
  private preambleBytes = 0;
  /** Neighbouring events that leave together. */
  private run: Buffer = EMPTY;

  constructor(
    private readonly reading: ResponsesReading,
    private readonly emit: Emit,
  ) {
    super();
  }

  push(chunk: Buffer): void {
    if (this.isOver()) return;
    this.splitter.push(chunk);
    this.flush();
  }

  end(): void {
    if (this.isOver()) return;
    const rest = this.splitter.takeRest();
    // Some servers leave out the empty line at the end.
    const newlines = rest.at(-1) === 10 || rest.at(-1) === 13 ? '\n' : '\n\n';
    const last = Buffer.concat([rest, Buffer.from(newlines)]);
    if (rest.length > 0 && isRecord(parseJson(readEvent(last).data ?? ''))) this.read(last);
    this.flush();
    if (!this.isOver()) this.failCut();
  }

  estimateOutputTokens(): number {
    return this.relayed.estimateTokens();
  }

  private read(event: Buffer): void {
    const text = event.toString('latin1');
    if (!NOTABLE.test(text) && PLAIN.test(text)) return this.relay(event);
    const { data, event: name, isForeign } = readEvent(event);
    if (data === null) {
      if (!isForeign) return this.phase === 'waiting' ? this.holdBack(event) : this.give(event);
      return this.failInvalid('the stream is no event stream');
    }
    if (data.trim() === '[DONE]') return this.failInvalid('the stream ended without a response');
    const value = parseJson(data);
    if (isRecord(value)) return this.readValue(value, name, event);
    if (name === 'error') return this.fail(failureInside(data, this.reading.credential));
    this.failInvalid('an event is no JSON object');
  }

  private readValue(value: Readonly<Record<string, unknown>>, name: string, event: Buffer): void {
    const type = typeof value.type === 'string' ? value.type : name;
    if (type === 'error' || isRecord(value.error) || typeof value.error === 'string')
      return this.fail(failureInside(value.error ?? value, this.reading.credential));
    if (OPENING.has(type))
      return this.phase === 'waiting' ? this.holdBack(event) : this.give(event);
    if (!TERMINAL.has(type)) return this.relay(event);
    const response = isRecord(value.response) ? value.response : {};
    this.usage = decodeResponsesUsage(response.usage, response.output);
    this.reportedCostPicoUsd = decodeResponsesCost(response.usage, this.reading.costReport);
    const outcome = readOutcome(response, this.reading.credential);
    if (!outcome.ok) return this.fail(outcome.failure);
    if (type === 'response.failed') return this.fail(failureInside(null, null));
    this.finishReason = outcome.finishReason;
    this.finish(event);
  }

  private relay(event: Buffer): void {
    this.open();
    this.relayed.note(event.length);
    this.give(event);
  }

  private holdBack(event: Buffer): void {
    this.preambleBytes += event.length;
    this.preamble.push(event);
    if (this.preambleBytes > MAX_PREAMBLE_BYTES) this.open();
  }

  private open(): void {
    if (this.phase !== 'waiting') return;
    this.phase = 'open';
    for (const event of this.preamble) this.give(event);
    this.preamble = [];
  }

  private give(event: Buffer): void {
    const { run } = this;
    if (run.length > 0 && isNextTo(run, event)) {
      this.run = Buffer.from(run.buffer, run.byteOffset, run.length + event.length);
      return;
    }
    this.flush();
    this.run = event;
  }

  private flush(): void {
    if (this.run.length > 0) this.emit(this.run);
    this.run = EMPTY;
  }

  private finish(tail: Buffer): void {
    this.open();
    this.flush();
    this.phase = 'finished';
    this.tail = tail;
    this.splitter.stop();
  }

  protected override stop(): void {
    this.flush();
    this.splitter.stop();
  }
}

const TERMINAL = new Set(['response.completed', 'response.incomplete', 'response.failed']);

function isNextTo(run: Buffer, event: Buffer): boolean {
  return run.buffer === event.buffer && run.byteOffset + run.length === event.byteOffset;
}
