import type { AnswerPart, EmitEvent, ReasoningPart } from '@tollgate/neutral';
import { decodeCall, decodeItem, decodeLogprobs, recordsIn, text } from './decode-items.ts';
import type { Json } from './encode-media.ts';
import { ItemProgress } from './item-progress.ts';
import { isRecord } from '../json/json-value.ts';

/** Reads the events that tell a response's output. */
export class OutputReader {
  /** All parts that have begun. */
  readonly parts: AnswerPart[] = [];
  private readonly items = new Map<number, ItemProgress>();
  private readonly ids = new Map<number, string>();

  private readonly emit: EmitEvent;

  constructor(emit: EmitEvent) {
    this.emit = (event) => {
      if (event.type === 'part') this.parts.push(event.value);
      emit(event);
    };
  }

  read(type: string, event: Json): void {
    const index = typeof event.output_index === 'number' ? event.output_index : 0;
    const content = `content ${String(event.content_index ?? 0)}`;
    const summary = `summary ${String(event.summary_index ?? 0)}`;
    const delta = text(event.delta);
    switch (type) {
      case 'response.output_item.added':
        return this.addItem(index, event.item);
      case 'response.output_item.done':
        return this.completeItem(index, event.item);
      case 'response.content_part.added':
        return this.beginContent(index, content, event.part);
      case 'response.output_text.delta':
        this.extend(index, content, delta, TEXT);
        return this.tellLogprobs(event.logprobs);
      case 'response.refusal.delta':
        return this.extend(index, content, delta, { type: 'refusal', text: '' });
      case 'response.reasoning_text.delta':
        return this.extend(index, content, delta, this.thought(index, false));
      case 'response.reasoning_summary_part.added':
        return this.item(index).begin(summary, this.thought(index, true));
      case 'response.reasoning_summary_text.delta':
        return this.extend(index, summary, delta, this.thought(index, true));
      case 'response.function_call_arguments.delta':
      case 'response.custom_tool_call_input.delta':
        return this.item(index).extend('call', delta);
      case 'response.output_text.annotation.added':
        if (isRecord(event.annotation)) this.item(index).cite(content, event.annotation);
        return;
    }
  }

  /** What the whole output holds and no event brought. */
  complete(output: unknown): void {
    for (const [index, item] of recordsIn(output).entries()) this.completeItem(index, item);
    for (const item of this.items.values()) if (!item.isDone) item.close();
  }

  private addItem(index: number, item: unknown): void {
    if (!isRecord(item)) return;
    this.ids.set(index, text(item.id));
    if (item.type === 'function_call' || item.type === 'custom_tool_call')
      this.item(index).begin('call', decodeCall(item));
  }

  private completeItem(index: number, item: unknown): void {
    if (isRecord(item)) this.item(index).complete(decodeItem(item));
  }

  private beginContent(index: number, key: string, part: unknown): void {
    if (!isRecord(part)) return;
    if (part.type === 'output_text')
      this.item(index).begin(key, { ...TEXT, text: text(part.text) });
    if (part.type === 'refusal')
      this.item(index).begin(key, { type: 'refusal', text: text(part.refusal) });
  }

  /** Some servers leave out the event that begins a part. */
  private extend(index: number, key: string, delta: string, start: AnswerPart): void {
    const item = this.item(index);
    item.begin(key, start);
    item.extend(key, delta);
  }

  private tellLogprobs(list: unknown): void {
    const tokens = decodeLogprobs(list);
    if (tokens.length > 0) this.emit({ type: 'logprobs', choice: 0, tokens });
  }

  private thought(index: number, isSummary: boolean): ReasoningPart {
    const id = this.ids.get(index);
    return { type: 'reasoning', text: '', isSummary, ...(id ? { id } : {}) };
  }

  private item(index: number): ItemProgress {
    const known = this.items.get(index);
    if (known) return known;
    const counter = { next: () => this.parts.length };
    const made = new ItemProgress(counter, this.emit);
    this.items.set(index, made);
    return made;
  }
}

const TEXT = { type: 'text', text: '' } as const;
