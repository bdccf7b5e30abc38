import { type Failure, failure, type TokenUsage } from '@tollgate/contracts';
import { isRecord, parseJson } from '../json/json-value.ts';
import type { Emit, StreamDecoder } from '../provider.ts';
import { EventRelay } from '../sse/event-relay.ts';
import { EventSplitter } from '../sse/event-splitter.ts';
import { RelayedContent } from '../sse/relayed-content.ts';
import { readEvent } from '../sse/sse-events.ts';
import { decodeErrorInside } from './decode-failure.ts';
import { decodeUsage, mergeUsage } from './decode-usage.ts';

type Json = Readonly<Record<string, unknown>>;

/** What a cheap look over an event says must be read: the ends of the message, usage, an error. */
const NOTABLE =
  /"type"\s*:\s*"(?:message_start|message_delta|message_stop|ping|error)"|event *: *error|"error"\s*:/;
/** One JSON object on one line, by a look at its ends. */
const PLAIN = /^(?:event: ?\w{1,40}\r?\n)?data: ?\{[^\r\n]*\}[\r\n]+$/;

/** Relays a streamed message: Anthropic's own bytes, event by event; only notable ones are parsed. */
export class AnthropicStreamDecoder implements StreamDecoder {
  readonly reportedCostPicoUsd = null;
  finishReason: string | null = null;

  private readonly relay: EventRelay;
  private readonly relayed = new RelayedContent();
  private readonly splitter = new EventSplitter(
    (event) => this.read(event),
    () => this.relay.failInvalid('an event is too large'),
  );
  private counts: Json = {};

  constructor(
    private readonly credential: string | null,
    emit: Emit,
  ) {
    this.relay = new EventRelay(emit);
  }

  get phase(): StreamDecoder['phase'] {
    return this.relay.phase;
  }

  get failure(): Failure | null {
    return this.relay.failure;
  }

  get tail(): Uint8Array {
    return this.relay.tail;
  }

  get usage(): TokenUsage | null {
    return decodeUsage(this.counts);
  }

  push(chunk: Buffer): void {
    if (this.relay.isOver()) return;
    this.splitter.push(chunk);
    this.relay.flush();
  }

  end(): void {
    if (this.relay.isOver()) return;
    const rest = this.splitter.takeRest();
    // A server may leave out the empty line at the end.
    const newlines = rest.at(-1) === 10 || rest.at(-1) === 13 ? '\n' : '\n\n';
    const last = Buffer.concat([rest, Buffer.from(newlines)]);
    if (isRecord(parseJson(readEvent(last).data ?? ''))) this.read(last);
    this.relay.flush();
    if (!this.relay.isOver())
      this.relay.fail(failure('provider.interrupted', { internal: 'the stream ended early' }));
  }

  estimateOutputTokens(): number {
    return this.relayed.estimateTokens();
  }

  private read(event: Buffer): void {
    const text = event.toString('latin1');
    if (!NOTABLE.test(text) && PLAIN.test(text)) return this.pass(event);
    const { data, event: name, isForeign } = readEvent(event);
    if (data === null) {
      if (isForeign) this.stop(() => this.relay.failInvalid('the stream is no event stream'));
      else this.relay.holdBack(event);
      return;
    }
    const value = parseJson(data);
    if (isRecord(value)) return this.readValue(value, name, event);
    if (name === 'error') return this.fail(data);
    this.stop(() => this.relay.failInvalid('an event is no JSON object'));
  }

  private readValue(value: Json, name: string, event: Buffer): void {
    switch (value.type ?? name) {
      case 'message_start':
        if (isRecord(value.message)) this.counts = mergeUsage({}, value.message.usage);
        return this.relay.holdBack(event);
      case 'ping':
        return this.relay.holdBack(event);
      case 'message_delta':
        this.counts = mergeUsage(this.counts, value.usage);
        if (isRecord(value.delta) && typeof value.delta.stop_reason === 'string')
          this.finishReason = value.delta.stop_reason.slice(0, 64);
        return this.relay.relay(event);
      case 'message_stop':
        return this.stop(() => this.complete(event));
      case 'error':
        return this.fail(value.error ?? value);
      default:
        if (isRecord(value.error)) return this.fail(value.error);
        return this.pass(event);
    }
  }

  private complete(event: Buffer): void {
    if (this.relay.phase === 'waiting') this.relay.failInvalid('the stream was empty');
    else if (this.finishReason !== null) this.relay.finish(event);
    else this.relay.fail(failure('provider.interrupted', { internal: 'no stop_reason came' }));
  }

  private pass(event: Buffer): void {
    this.relayed.note(event.length);
    this.relay.relay(event);
  }

  private fail(raw: unknown): void {
    this.stop(() => this.relay.fail(decodeErrorInside(raw, this.credential)));
  }

  private stop(end: () => void): void {
    end();
    this.splitter.stop();
  }
}
