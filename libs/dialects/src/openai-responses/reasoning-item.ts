import { type AnswerPart, carryOpaque, type Opaque, type ReasoningPart } from '@tollgate/neutral';
import type { Json } from './encode-envelope.ts';
import { OutputSlots, SilentItem } from './output-slots.ts';

interface OpenThought {
  readonly isSummary: boolean;
  /** Its place among the summaries or the contents; null until it has text. */
  index: number | null;
  text: string;
  isEnded: boolean;
}

/** What the model thought: the parts that bear one id are one item. */
export class ReasoningItem extends SilentItem {
  private id = '';
  private givenId: string | undefined;
  private index: number | null = null;
  private encrypted: string | null = null;
  private readonly summary: Json[] = [];
  private readonly content: Json[] = [];
  private readonly parts = new Map<number, OpenThought>();

  constructor(private readonly slots: OutputSlots) {
    super();
  }

  /** Whether a part belongs to this item too; what is encrypted ends it (xAI gives several items one id). */
  takes(part: ReasoningPart): boolean {
    const isSigned = this.encrypted !== null;
    return !isSigned && part.id !== undefined && part.id === this.givenId;
  }

  begin(part: number, value: AnswerPart): void {
    if (value.type !== 'reasoning') return;
    if (this.index === null) {
      this.givenId = value.id;
      this.id = this.slots.nextId('rs', value.id);
      this.index = this.slots.add(this.json());
    }
    // Clients look for thoughts in the summary; only who says that they are none gets them as content.
    const isSummary = value.isSummary !== false;
    this.parts.set(part, { isSummary, index: null, text: '', isEnded: false });
    if (value.signature) this.sign(part, value.signature);
    this.extend(part, value.text);
  }

  override extend(part: number, text: string): void {
    const open = this.parts.get(part);
    if (!open || open.isEnded || text === '') return;
    if (open.index === null) this.addPart(open);
    open.text += text;
    this.sendPart(open, open.isSummary ? 'reasoning_summary_text.delta' : 'reasoning_text.delta', {
      delta: text,
    });
  }

  override sign(_part: number, signature: Opaque): void {
    this.encrypted = carryOpaque(signature, 'openai-responses');
  }

  end(part: number): void {
    const open = this.parts.get(part);
    if (!open || open.isEnded) return;
    open.isEnded = true;
    if (open.index === null) return;
    const { isSummary, text } = open;
    const json = partJson(open);
    (isSummary ? this.summary : this.content)[open.index] = json;
    this.sendPart(open, isSummary ? 'reasoning_summary_text.done' : 'reasoning_text.done', {
      text,
    });
    this.sendPart(open, isSummary ? 'reasoning_summary_part.done' : 'content_part.done', {
      part: json,
    });
  }

  close(): void {
    for (const part of this.parts.keys()) this.end(part);
    if (this.index !== null) this.slots.complete(this.index, this.json());
  }

  private addPart(open: OpenThought): void {
    const json = partJson(open);
    open.index = (open.isSummary ? this.summary : this.content).push(json) - 1;
    this.sendPart(open, open.isSummary ? 'reasoning_summary_part.added' : 'content_part.added', {
      part: json,
    });
  }

  private sendPart({ isSummary, index }: OpenThought, type: string, rest: Json): void {
    this.slots.send({
      type: `response.${type}`,
      item_id: this.id,
      output_index: this.index,
      ...(isSummary ? { summary_index: index } : { content_index: index }),
      ...rest,
    });
  }

  private json(): Json {
    return {
      id: this.id,
      type: 'reasoning',
      summary: [...this.summary],
      ...(this.content.length > 0 ? { content: [...this.content] } : {}),
      ...(this.encrypted === null ? {} : { encrypted_content: this.encrypted }),
    };
  }
}

function partJson({ isSummary, text }: OpenThought): Json {
  return { type: isSummary ? 'summary_text' : 'reasoning_text', text };
}
