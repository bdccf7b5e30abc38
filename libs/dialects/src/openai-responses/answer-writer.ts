import type { TokenUsage } from '@tollgate/contracts';
import type { AnswerEvent, AnswerPart, Finish } from '@tollgate/neutral';
import type { AnswerContext } from '../chat-codec.ts';
import { Envelope, INCOMPLETE, type Json } from './encode-envelope.ts';
import { CallItem, CarrierItem, WholeItem } from './single-items.ts';
import { MessageItem } from './message-item.ts';
import { type OutputItem, OutputSlots, type SendEvent } from './output-slots.ts';
import { idBase } from './own-ids.ts';
import { ReasoningItem } from './reasoning-item.ts';

/**
 * Tells an answer as the events of a response and puts the `response` together on the way, so that both always agree.
 * Only the first choice is told: the responses API has no others.
 */
export class AnswerWriter {
  private envelope: Envelope;
  private readonly slots: OutputSlots;
  private usage: TokenUsage | null = null;
  private serviceTier: string | undefined;
  private finish: Finish | null = null;
  /** The item that each part of the answer is told in. */
  private readonly items = new Map<number, OutputItem>();
  /** Parts that follow one another may share an item: this one may take more. */
  private open: MessageItem | ReasoningItem | null = null;

  constructor(
    private readonly context: AnswerContext,
    private readonly send: SendEvent,
  ) {
    this.envelope = new Envelope({ id: '', model: '', createdAt: null }, context);
    this.slots = new OutputSlots(idBase(context), send);
  }

  push(event: AnswerEvent): void {
    switch (event.type) {
      case 'start':
        return this.start(event);
      case 'usage':
        this.usage = event.usage;
        this.serviceTier = event.serviceTier;
        return;
      case 'end':
        return this.closeOpen();
      case 'finish':
        if (event.choice === 0) this.finish = event.finish;
        return;
      case 'logprobs':
        if (event.choice === 0) this.slots.logprobs.push(...event.tokens);
        return;
      default:
        if (event.choice === 0) this.pushPart(event);
    }
  }

  /** The whole `response`, once the event `end` was pushed. */
  response(): Json {
    return this.envelope.ended({
      finish: this.finish,
      output: this.slots.output(),
      usage: this.usage,
      serviceTier: this.serviceTier,
    });
  }

  get isIncomplete(): boolean {
    return INCOMPLETE[this.finish?.reason ?? ''] !== undefined;
  }

  private start(head: Extract<AnswerEvent, { type: 'start' }>): void {
    this.envelope = new Envelope(head, this.context);
    const response = this.envelope.begun();
    this.send({ type: 'response.created', response });
    this.send({ type: 'response.in_progress', response });
  }

  private pushPart(event: PartEvent): void {
    if (event.type === 'part') {
      const item = this.itemFor(event.value);
      if (!item) return;
      this.items.set(event.part, item);
      item.begin(event.part, event.value);
      return;
    }
    const item = this.items.get(event.part);
    if (!item) return;
    switch (event.type) {
      case 'delta':
        return item.extend(event.part, event.text);
      case 'transcript':
        return item.extendTranscript(event.part, event.text);
      case 'signature':
        return item.sign(event.part, event.signature);
      case 'citation':
        return item.cite(event.part, event.citation);
      case 'part-end':
        return this.endPart(item, event.part);
    }
  }

  private endPart(item: OutputItem, part: number): void {
    item.end(part);
    const signature = item.signatureToCarry(part);
    if (!signature) return;
    if (item === this.open) this.closeOpen();
    new CarrierItem(this.slots, signature);
  }

  private itemFor(part: AnswerPart): OutputItem | null {
    switch (part.type) {
      case 'text':
      case 'refusal':
      case 'audio':
        return this.open instanceof MessageItem ? this.open : this.opened(MessageItem);
      case 'reasoning':
        if (this.open instanceof ReasoningItem && this.open.takes(part)) return this.open;
        return this.opened(ReasoningItem);
      case 'tool-call':
        this.closeOpen();
        if (part.signature)
          new CarrierItem(this.slots, {
            of: 'call',
            callId: this.slots.callId(part),
            signature: part.signature,
          });
        return new CallItem(this.slots, part);
      case 'image':
        this.closeOpen();
        return new WholeItem(this.slots, part);
      case 'foreign':
        if (part.wire !== 'openai-responses') return null;
        this.closeOpen();
        return new WholeItem(this.slots, part);
    }
  }

  private opened<T extends MessageItem | ReasoningItem>(make: new (slots: OutputSlots) => T): T {
    this.closeOpen();
    const item = new make(this.slots);
    this.open = item;
    return item;
  }

  private closeOpen(): void {
    this.open?.close(this.isIncomplete);
    this.open = null;
  }
}

type PartEvent = Extract<
  AnswerEvent,
  { type: 'part' | 'delta' | 'transcript' | 'signature' | 'citation' | 'part-end' }
>;
