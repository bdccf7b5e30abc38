import type { AnswerPart, Citation, Opaque, TokenLogprob } from '@tollgate/neutral';
import type { CarriedSignature } from './carried-signature.ts';
import { encodeCitation, encodeLogprob } from './encode-citation.ts';
import type { Json } from './encode-envelope.ts';
import { type OutputItem, OutputSlots } from './output-slots.ts';

interface OpenContent {
  readonly contentIndex: number;
  readonly isRefusal: boolean;
  text: string;
  readonly annotations: Json[];
  readonly logprobs: TokenLogprob[];
  signature: Opaque | null;
  isEnded: boolean;
}

/** A message: texts and refusals that follow one another are its content. */
export class MessageItem implements OutputItem {
  private readonly id: string;
  private readonly index: number;
  private readonly content: Json[] = [];
  private readonly parts = new Map<number, OpenContent>();

  constructor(private readonly slots: OutputSlots) {
    this.id = slots.nextId('msg');
    this.index = slots.add(this.json('in_progress'));
  }

  begin(part: number, value: AnswerPart): void {
    const isRefusal = value.type === 'refusal';
    const open: OpenContent = {
      contentIndex: this.content.length,
      isRefusal,
      text: '',
      annotations: [],
      logprobs: [],
      signature: value.type === 'text' ? (value.signature ?? null) : null,
      isEnded: false,
    };
    this.parts.set(part, open);
    const empty = contentJson(open);
    this.content.push(empty);
    this.sendContent('response.content_part.added', open, { part: empty });
    if (value.type === 'text' || value.type === 'refusal') this.extend(part, value.text);
    if (value.type === 'audio') this.extendTranscript(part, value.transcript ?? '');
    for (const citation of (value.type === 'text' ? value.citations : undefined) ?? [])
      this.cite(part, citation);
  }

  /** Sound has no place here: only what it says is told. */
  extend(part: number, text: string): void {
    const open = this.parts.get(part);
    if (!open || open.isEnded || text === '') return;
    open.text += text;
    const event = { delta: text };
    if (open.isRefusal) return this.sendContent('response.refusal.delta', open, event);
    const tokens = this.slots.logprobs.splice(0);
    open.logprobs.push(...tokens);
    const logprobs = tokens.map(encodeLogprob);
    this.sendContent('response.output_text.delta', open, { ...event, logprobs });
  }

  extendTranscript(part: number, text: string): void {
    this.extend(part, text);
  }

  sign(part: number, signature: Opaque): void {
    const open = this.parts.get(part);
    if (open) open.signature = signature;
  }

  cite(part: number, citation: Citation): void {
    const open = this.parts.get(part);
    if (!open || open.isEnded || open.isRefusal) return;
    const annotation = encodeCitation(citation, open.text);
    const annotation_index = open.annotations.push(annotation) - 1;
    const event = { annotation_index, annotation };
    this.sendContent('response.output_text.annotation.added', open, event);
  }

  end(part: number): void {
    const open = this.parts.get(part);
    if (!open || open.isEnded) return;
    open.isEnded = true;
    if (!open.isRefusal) open.logprobs.push(...this.slots.logprobs.splice(0));
    const whole = contentJson(open);
    this.content[open.contentIndex] = whole;
    if (open.isRefusal) this.sendContent('response.refusal.done', open, { refusal: open.text });
    else {
      const logprobs = open.logprobs.map(encodeLogprob);
      this.sendContent('response.output_text.done', open, { text: open.text, logprobs });
    }
    this.sendContent('response.content_part.done', open, { part: whole });
  }

  signatureToCarry(part: number): CarriedSignature | null {
    const signature = this.parts.get(part)?.signature;
    return signature ? { of: 'text', signature } : null;
  }

  /** @param isIncomplete the answer was cut short in this item */
  close(isIncomplete: boolean): void {
    for (const part of this.parts.keys()) this.end(part);
    this.slots.complete(this.index, this.json(isIncomplete ? 'incomplete' : 'completed'));
  }

  private json(status: string): Json {
    return { id: this.id, type: 'message', status, role: 'assistant', content: [...this.content] };
  }

  private sendContent(type: string, { contentIndex }: OpenContent, rest: Json): void {
    this.slots.send({
      type,
      item_id: this.id,
      output_index: this.index,
      content_index: contentIndex,
      ...rest,
    });
  }
}

function contentJson({ isRefusal, text, annotations, logprobs }: OpenContent): Json {
  return isRefusal
    ? { type: 'refusal', refusal: text }
    : {
        type: 'output_text',
        text,
        annotations: [...annotations],
        logprobs: logprobs.map(encodeLogprob),
      };
}
