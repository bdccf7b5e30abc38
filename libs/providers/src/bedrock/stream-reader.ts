import type { TokenUsage } from '@tollgate/contracts';
import type { EmitEvent } from '@tollgate/neutral';
import type { StreamReader, WireRequest } from '../chat-wire.ts';
import { isRecord, parseJson } from '../json/json-value.ts';
import { decodeStreamException } from './decode-failure.ts';
import { decodeFinishReason } from './decode-finish-reason.ts';
import { decodeUsage } from './decode-usage.ts';
import { type EventFrame, EventFrames } from './event-frames.ts';
import { OpenBlock } from './open-block.ts';
import { textOf, type WireObject } from './wire.ts';
import { StreamProgress } from '../stream-progress.ts';

/**
 * Reads ConverseStream. Usage comes in `metadata`, behind `messageStop`: only then is the answer complete, and the finish
 * told; a stream that ends between the two was cut. Nothing is promised before the first content, so that another provider may still be asked.
 */
export class ConverseStreamReader extends StreamProgress implements StreamReader {
  usage: TokenUsage | null = null;
  readonly reportedCostPicoUsd = null;
  finishReason: string | null = null;

  private readonly frames = new EventFrames();
  private readonly blocks = new Map<number, OpenBlock>();
  private parts = 0;
  private size = 0;

  constructor(
    private readonly request: WireRequest,
    private readonly credential: string | null,
    private readonly emit: EmitEvent,
  ) {
    super();
  }

  push(chunk: Buffer): void {
    if (this.isOver()) return;
    const isSound = this.frames.push(chunk, (frame) => {
      this.read(frame);
      return !this.isOver();
    });
    if (!isSound) this.failInvalid('the stream is no sound AWS event stream');
  }

  end(): void {
    if (this.isOver()) return;
    this.failCut();
  }

  estimateOutputTokens(): number {
    let size = this.size;
    for (const block of this.blocks.values()) size += block.size;
    return Math.ceil(size / 4);
  }

  private read({ headers, payload }: EventFrame): void {
    const messageType = headers[':message-type'];
    if (messageType === 'exception' || messageType === 'error')
      return this.readException(headers, payload);
    const event = parseJson(payload.toString());
    if (!isRecord(event)) return this.failInvalid('an event is no JSON object');
    switch (headers[':event-type']) {
      case 'contentBlockStart':
        this.open(event.contentBlockIndex, isRecord(event.start) ? event.start : {});
        return;
      case 'contentBlockDelta':
        if (isRecord(event.delta)) this.open(event.contentBlockIndex).add(event.delta);
        return;
      case 'contentBlockStop':
        return this.close(event.contentBlockIndex);
      case 'messageStop':
        this.finishReason = textOf(event.stopReason)?.slice(0, 64) ?? this.finishReason;
        return;
      case 'metadata':
        return this.readMetadata(event);
    }
  }

  private readException(headers: EventFrame['headers'], payload: Buffer): void {
    const body = parseJson(payload.toString());
    const message = isRecord(body) ? (textOf(body.message) ?? textOf(body.Message)) : undefined;
    const type = headers[':exception-type'] ?? headers[':error-code'] ?? '';
    const said = message ?? headers[':error-message'] ?? '';
    this.fail(decodeStreamException(type, said, this.credential));
  }

  private readMetadata({ usage }: WireObject): void {
    this.usage = decodeUsage(usage) ?? this.usage;
    if (this.finishReason !== null) this.finish();
  }

  /** The block with this number, opened where it is new. */
  private open(index: unknown, start: WireObject = {}): OpenBlock {
    const key = typeof index === 'number' ? index : 0;
    const known = this.blocks.get(key);
    if (known) return known;
    this.begin();
    const block = new OpenBlock(this.parts++, start, this.request.model, this.emit);
    this.blocks.set(key, block);
    return block;
  }

  private close(index: unknown): void {
    const key = typeof index === 'number' ? index : 0;
    const block = this.blocks.get(key);
    if (!block) return;
    this.blocks.delete(key);
    this.size += block.size;
    block.end();
  }

  private begin(): void {
    if (this.phase !== 'waiting') return;
    this.phase = 'open';
    this.emit({ type: 'start', id: '', model: this.request.model, createdAt: null });
  }

  private finish(): void {
    this.begin();
    for (const index of [...this.blocks.keys()]) this.close(index);
    this.phase = 'finished';
    const { stop } = this.request.conversation;
    const finish = decodeFinishReason(this.finishReason ?? '', stop);
    this.emit({ type: 'finish', choice: 0, finish });
    if (this.usage) this.emit({ type: 'usage', usage: this.usage });
    this.emit({ type: 'end' });
  }
}
