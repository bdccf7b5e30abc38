import {
  fail,
  type Failure,
  failure,
  type Result,
  succeed,
  type TokenUsage,
} from '@tollgate/contracts';
import { AnthropicStreamDecoder } from '../anthropic/stream-decoder.ts';
import { isRecord, parseJson } from '../json/json-value.ts';
import type { Emit, StreamDecoder } from '../provider.ts';
import { decodeStreamException } from './decode-failure.ts';
import { type EventFrame, EventFrames } from './event-frames.ts';
import { textOf } from './wire.ts';

/** What stands in an event's name, which goes into a line of its own. */
const NAME = /^\w{1,64}$/;

/**
 * Relays InvokeModelWithResponseStream of Anthropic's models: each frame holds one of Anthropic's events as base64, whose
 * JSON goes on as it came, as the server-sent event that Anthropic itself makes of it.
 */
export class InvokeStreamDecoder implements StreamDecoder {
  readonly reportedCostPicoUsd = null;
  private readonly frames = new EventFrames();
  private readonly events: AnthropicStreamDecoder;
  private broken: Failure | null = null;

  constructor(
    private readonly credential: string | null,
    emit: Emit,
  ) {
    this.events = new AnthropicStreamDecoder(credential, emit);
  }

  get phase(): StreamDecoder['phase'] {
    return this.broken ? 'failed' : this.events.phase;
  }

  get failure(): Failure | null {
    return this.broken ?? this.events.failure;
  }

  get tail(): Uint8Array {
    return this.events.tail;
  }

  get usage(): TokenUsage | null {
    return this.events.usage;
  }

  get finishReason(): string | null {
    return this.events.finishReason;
  }

  push(chunk: Buffer): void {
    if (this.isOver()) return;
    const events: Buffer[] = [];
    const breaks: Failure[] = [];
    const isSound = this.frames.push(chunk, (frame) => {
      const read = this.read(frame);
      if (read.ok) events.push(read.value);
      else breaks.push(read.failure);
      return read.ok;
    });
    if (!isSound) breaks.push(invalid('the stream is no sound AWS event stream'));
    if (events.length > 0) this.events.push(Buffer.concat(events));
    // What follows the end of the message is of no interest.
    if (!this.isOver()) this.broken = breaks[0] ?? null;
  }

  end(): void {
    if (this.isOver()) return;
    this.broken = failure('provider.interrupted', { internal: 'the stream ended early' });
  }

  estimateOutputTokens(): number {
    return this.events.estimateOutputTokens();
  }

  private read({ headers, payload }: EventFrame): Result<Buffer, Failure> {
    const body = parseJson(payload.toString());
    const messageType = headers[':message-type'];
    if (messageType === 'exception' || messageType === 'error') {
      const message = isRecord(body) ? (textOf(body.message) ?? textOf(body.Message)) : undefined;
      const type = headers[':exception-type'] ?? headers[':error-code'] ?? '';
      const said = message ?? headers[':error-message'] ?? '';
      return fail(decodeStreamException(type, said, this.credential));
    }
    const bytes = isRecord(body) ? textOf(body.bytes) : undefined;
    const json = Buffer.from(bytes ?? '', 'base64').toString();
    const event = parseJson(json);
    if (!isRecord(event)) return fail(invalid('an event is no JSON object'));
    return succeed(serverSentEvent(textOf(event.type) ?? '', json));
  }

  private isOver(): boolean {
    const { phase } = this;
    return phase === 'finished' || phase === 'failed';
  }
}

/** JSON may stand on several lines: line breaks between its parts say nothing. */
function serverSentEvent(type: string, json: string): Buffer {
  const name = NAME.test(type) ? `event: ${type}\n` : '';
  return Buffer.from(`${name}data: ${json.replace(/[\r\n]+/g, ' ')}\n\n`);
}

function invalid(internal: string): Failure {
  return failure('provider.invalid_answer', { internal });
}
