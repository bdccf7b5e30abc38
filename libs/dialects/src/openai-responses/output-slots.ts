import type { AnswerPart, Citation, Opaque, TokenLogprob, ToolCallPart } from '@tollgate/neutral';
import type { CarriedSignature } from './carried-signature.ts';
import type { Json } from './encode-envelope.ts';

/** Takes an event of the responses API; `sequence_number` is added on the way. */
export type SendEvent = (event: Json & { readonly type: string }) => void;

/** An item of a response that is being told. Parts are named by their number in the answer. */
export interface OutputItem {
  begin(part: number, value: AnswerPart): void;
  extend(part: number, text: string): void;
  extendTranscript(part: number, text: string): void;
  sign(part: number, signature: Opaque): void;
  cite(part: number, citation: Citation): void;
  end(part: number): void;
  /** A signature that came with the part and has no place in the item. */
  signatureToCarry(part: number): CarriedSignature | null;
}

/** What most items do with events that say nothing to them. */
export abstract class SilentItem implements OutputItem {
  abstract begin(part: number, value: AnswerPart): void;
  abstract end(part: number): void;
  extend(_part: number, _text: string): void {}
  extendTranscript(_part: number, _text: string): void {}
  sign(_part: number, _signature: Opaque): void {}
  cite(_part: number, _citation: Citation): void {}
  signatureToCarry(_part: number): CarriedSignature | null {
    return null;
  }
}

/** The places of a response's output, in order, and the ids given in it. */
export class OutputSlots {
  /** Log probabilities that no text has taken yet. */
  readonly logprobs: TokenLogprob[] = [];
  private readonly items: Json[] = [];
  private readonly callIds = new Map<ToolCallPart, string>();
  private readonly usedIds = new Set<string>();

  constructor(
    private readonly idBase: string,
    readonly send: SendEvent,
  ) {}

  /** An id for the next item: the provider's own where it is given and new. */
  nextId(prefix: string, given?: string): string {
    const id =
      given === undefined || given === '' || this.usedIds.has(given)
        ? `${prefix}_${this.idBase}_${this.items.length}`
        : given;
    this.usedIds.add(id);
    return id;
  }

  /** The id of a call, made up where the provider gave none or gave it twice. */
  callId(part: ToolCallPart): string {
    const known = this.callIds.get(part);
    if (known !== undefined) return known;
    const id = this.nextId('call', part.id);
    this.callIds.set(part, id);
    return id;
  }

  /** Begins an item; answers its place. */
  add(item: Json): number {
    const index = this.items.push(item) - 1;
    this.send({ type: 'response.output_item.added', output_index: index, item });
    return index;
  }

  complete(index: number, item: Json): void {
    this.items[index] = item;
    this.send({ type: 'response.output_item.done', output_index: index, item });
  }

  output(): readonly Json[] {
    return this.items;
  }
}
