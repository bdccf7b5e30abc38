import type { AnswerPart, EmitEvent } from '@tollgate/neutral';
import { decodeAnnotation } from './decode-items.ts';
import type { Json } from './encode-media.ts';

interface OpenPart {
  readonly number: number;
  written: number;
  citations: number;
  isEnded: boolean;
}

/** Numbers the parts of an answer, over all its items. */
export interface PartCounter {
  next(): number;
}

/**
 * One item of the output while it is streamed: its parts begin and grow with the deltas, and what no delta brought is
 * made up for when the whole item is there.
 */
export class ItemProgress {
  isDone = false;
  private readonly parts = new Map<string, OpenPart>();
  private readonly order: string[] = [];

  constructor(
    private readonly counter: PartCounter,
    private readonly emit: EmitEvent,
  ) {}

  /** @param key what the events call the part, e.g. `summary 0` */
  begin(key: string, value: AnswerPart): void {
    if (this.isDone || this.parts.has(key)) return;
    this.endLast();
    const number = this.counter.next();
    const citations = value.type === 'text' ? (value.citations?.length ?? 0) : 0;
    const written = textOf(value).length;
    this.parts.set(key, { number, written, citations, isEnded: false });
    this.order.push(key);
    this.emit({ type: 'part', choice: 0, part: number, value });
  }

  extend(key: string, text: string): void {
    const open = this.parts.get(key);
    if (!open || open.isEnded || text === '') return;
    open.written += text.length;
    this.emit({ type: 'delta', choice: 0, part: open.number, text });
  }

  cite(key: string, annotation: Json): void {
    const open = this.parts.get(key);
    if (!open || open.isEnded) return;
    open.citations++;
    const citation = decodeAnnotation(annotation);
    this.emit({ type: 'citation', choice: 0, part: open.number, citation });
  }

  /** @param parts the whole item's */
  complete(parts: readonly AnswerPart[]): void {
    if (this.isDone) return;
    for (const [i, part] of parts.entries()) {
      const key = this.order[i];
      if (key === undefined) this.begin(`late ${i}`, part);
      else this.catchUp(key, part);
    }
    this.close();
  }

  /** Ends what is open. */
  close(): void {
    this.endLast();
    this.isDone = true;
  }

  private catchUp(key: string, part: AnswerPart): void {
    const open = this.parts.get(key);
    if (!open || open.isEnded) return;
    this.extend(key, textOf(part).slice(open.written));
    const { number } = open;
    const citations = (part.type === 'text' ? part.citations : undefined) ?? [];
    for (const citation of citations.slice(open.citations))
      this.emit({ type: 'citation', choice: 0, part: number, citation });
    if (part.type === 'reasoning' && part.signature)
      this.emit({ type: 'signature', choice: 0, part: number, signature: part.signature });
    this.end(open);
  }

  private endLast(): void {
    const open = this.parts.get(this.order.at(-1) ?? '');
    if (open) this.end(open);
  }

  private end(open: OpenPart): void {
    if (open.isEnded) return;
    open.isEnded = true;
    this.emit({ type: 'part-end', choice: 0, part: open.number });
  }
}

function textOf(part: AnswerPart): string {
  switch (part.type) {
    case 'text':
    case 'refusal':
    case 'reasoning':
      return part.text;
    case 'tool-call':
      return part.argumentsText;
    default:
      return '';
  }
}
