import type { TokenUsage } from '@tollgate/contracts';
import {
  type AnswerEvent,
  type AnswerPart,
  carryOpaque,
  type Finish,
  type ImagePart,
  type Opaque,
} from '@tollgate/neutral';
import type { AnswerContext, EmitFrame, StreamEncoder } from '../chat-codec.ts';
import { encodeHead } from './encode-answer.ts';
import {
  beforeCall,
  callBlock,
  encodeBlocks,
  isBlock,
  redacted,
  textBlock,
  thinkingBlock,
} from './encode-blocks.ts';
import { encodeCitation } from './encode-citation.ts';
import { encodeFinish } from './encode-finish.ts';
import { encodeUsage } from './encode-usage.ts';

type Json = Readonly<Record<string, unknown>>;

interface OpenPart {
  /** Of its block; -1 while none is open. */
  readonly index: number;
  readonly value: AnswerPart;
  /** Comes after the block, once that is closed. */
  signature?: Opaque;
  /** A custom tool's text, or more of an image: told as a whole. */
  text: string;
}

const EMPTY = Buffer.alloc(0);

/** Writes a message as Anthropic streams it. Only the first choice is told: Anthropic knows no other. */
export class AnthropicStreamEncoder implements StreamEncoder {
  tail: Uint8Array = EMPTY;
  private readonly open = new Map<number, OpenPart>();
  private blocks = 0;
  private finish: Finish = { reason: 'other', raw: null };
  private usage: TokenUsage | null = null;
  private isOver = false;

  constructor(
    private readonly context: AnswerContext,
    private readonly emit: EmitFrame,
  ) {}

  push(event: AnswerEvent): void {
    if (this.isOver || ('choice' in event && event.choice !== 0)) return;
    switch (event.type) {
      case 'start': {
        const message = encodeHead(event, this.context, event.usage ?? null);
        this.usage = event.usage ?? null;
        return this.give({ type: 'message_start', message });
      }
      case 'part':
        return this.begin(event.part, event.value);
      case 'delta':
        return this.extend(event.part, event.text);
      case 'transcript':
        return this.delta(event.part, { type: 'text_delta', text: event.text });
      case 'signature':
        return this.sign(event.part, event.signature);
      case 'citation':
        return this.delta(event.part, {
          type: 'citations_delta',
          citation: encodeCitation(event.citation),
        });
      case 'part-end':
        return this.close(event.part);
      case 'finish':
        this.finish = event.finish;
        return;
      case 'usage':
        this.usage = event.usage;
        return;
      case 'end':
        return this.end();
      case 'logprobs':
        return;
    }
  }

  private begin(part: number, value: AnswerPart): void {
    const open: OpenPart = { index: this.openBlock(value), value, text: '' };
    this.open.set(part, open);
    switch (value.type) {
      case 'text':
        if (value.signature) open.signature = value.signature;
        this.extend(part, value.text);
        for (const citation of value.citations ?? [])
          this.delta(part, { type: 'citations_delta', citation: encodeCitation(citation) });
        return;
      case 'refusal':
        return this.extend(part, value.text);
      case 'tool-call':
        return this.extend(part, value.argumentsText);
      case 'reasoning':
        if (value.isRedacted && value.signature) open.signature = value.signature;
        this.extend(part, value.text);
        if (value.signature) this.sign(part, value.signature);
        return;
      case 'audio':
        return this.delta(part, { type: 'text_delta', text: value.transcript ?? '' });
      case 'image':
      case 'foreign':
        return;
    }
  }

  /** Opens the block that deltas go to; -1 for a part that is told as a whole, or not at all. */
  private openBlock(value: AnswerPart): number {
    switch (value.type) {
      case 'text':
      case 'refusal':
      case 'audio':
        return this.start(textBlock(''));
      case 'reasoning':
        return value.isRedacted ? -1 : this.start(thinkingBlock('', undefined));
      case 'tool-call':
        for (const block of beforeCall(value)) this.stop(this.start(block));
        return this.start(callBlock(value, {}));
      case 'foreign':
        if (value.wire === 'anthropic' && isBlock(value.json)) this.tellForeign(value.json);
        return -1;
      case 'image':
        return -1;
    }
  }

  /** A server tool's input is streamed like a call's: clients put it together from its deltas. */
  private tellForeign(block: Json): void {
    const { input } = block;
    if (block['type'] !== 'server_tool_use' || input === undefined)
      return this.stop(this.start(block));
    const index = this.start({ ...block, input: {} });
    const delta = { type: 'input_json_delta', partial_json: JSON.stringify(input) };
    this.give({ type: 'content_block_delta', index, delta });
    this.stop(index);
  }

  private extend(part: number, text: string): void {
    const open = this.open.get(part);
    if (!open || text === '') return;
    switch (open.value.type) {
      case 'text':
      case 'refusal':
        return this.delta(part, { type: 'text_delta', text });
      case 'reasoning':
        return this.delta(part, { type: 'thinking_delta', thinking: text });
      case 'tool-call':
        if (open.value.kind === 'custom') open.text += text;
        else this.delta(part, { type: 'input_json_delta', partial_json: text });
        return;
      case 'image':
        open.text += text;
        return;
      case 'audio':
      case 'foreign':
        return;
    }
  }

  private sign(part: number, signature: Opaque): void {
    const open = this.open.get(part);
    if (!open) return;
    if (open.value.type === 'reasoning' && !open.value.isRedacted) {
      const text = carryOpaque(signature, 'anthropic');
      return this.delta(part, { type: 'signature_delta', signature: text });
    }
    // A call's must stand before it: it comes with the call, or too late.
    if (open.value.type !== 'tool-call') open.signature = signature;
  }

  private tellImage({ source, ...image }: ImagePart, more: string): void {
    const whole = source.kind === 'data' ? { ...source, base64: source.base64 + more } : source;
    const [block] = encodeBlocks({ type: 'image', source: whole });
    if (!block) return;
    this.stop(this.start(block));
    if (image.signature) this.stop(this.start(redacted(image.signature)));
  }

  private delta(part: number, delta: Json): void {
    const index = this.open.get(part)?.index ?? -1;
    if (index !== -1) this.give({ type: 'content_block_delta', index, delta });
  }

  private close(part: number): void {
    const open = this.open.get(part);
    if (!open) return;
    if (open.value.type === 'tool-call' && open.value.kind === 'custom') {
      const partial = JSON.stringify({ input: open.text });
      this.delta(part, { type: 'input_json_delta', partial_json: partial });
    }
    this.open.delete(part);
    if (open.value.type === 'image') this.tellImage(open.value, open.text);
    if (open.index !== -1) this.stop(open.index);
    if (open.signature) this.stop(this.start(redacted(open.signature)));
  }

  private start(block: Json): number {
    const index = this.blocks++;
    this.give({ type: 'content_block_start', index, content_block: block });
    return index;
  }

  private stop(index: number): void {
    this.give({ type: 'content_block_stop', index });
  }

  private end(): void {
    for (const part of [...this.open.keys()]) this.close(part);
    this.isOver = true;
    const usage = this.usage ? encodeUsage(this.usage) : { output_tokens: 0 };
    const delta = { type: 'message_delta', delta: encodeFinish(this.finish), usage };
    this.tail = Buffer.from(frame(delta) + frame({ type: 'message_stop' }));
  }

  private give(event: Json & { readonly type: string }): void {
    this.emit(Buffer.from(frame(event)));
  }
}

function frame(event: Json & { readonly type: string }): string {
  return `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
}
