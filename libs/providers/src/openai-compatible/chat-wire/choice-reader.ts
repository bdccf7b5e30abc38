import { optional, reasoningHead } from '@tollgate/dialects';
import type { AnswerPart, EmitEvent, Finish } from '@tollgate/neutral';
import { decodeFinish } from './decode-finish.ts';
import { type CallPiece, mergedHead, type Piece, readPieces } from './message-pieces.ts';

type Fields = Readonly<Record<string, unknown>>;

/** A part that grows: one after the other, but for calls. */
type Open =
  | { readonly type: 'text' | 'refusal' | 'audio'; readonly part: number }
  /** `plain`: what was told of it outside of any detail. */
  | { readonly type: 'reasoning'; readonly part: number; head: Fields | null; plain: string };

/** One choice of an answer, whole or streamed: turns the pieces of its message into events. */
export class ChoiceReader {
  private parts = 0;
  private open: Open | null = null;
  /** The part of a call by its index in `tool_calls`; all stay open to the end. */
  private readonly calls = new Map<number, { part: number; id: string }>();
  private raw: unknown = null;

  constructor(
    private readonly choice: number,
    /** From which ids are made for calls that have none. */
    private readonly answerId: string,
    /** What a sound is in: the request says it, the answer does not. */
    private readonly audioType: string,
    private readonly emit: EmitEvent,
  ) {}

  get hasFinish(): boolean {
    return typeof this.raw === 'string';
  }

  take(message: Fields): void {
    for (const piece of readPieces(message)) this.add(piece);
  }

  /** Vendors may say it again with the usage: the first one holds. */
  noteFinish(raw: unknown): void {
    if (!this.hasFinish) this.raw = raw;
  }

  finish(): void {
    this.close();
    for (const { part } of this.calls.values())
      this.emit({ type: 'part-end', choice: this.choice, part });
    this.emit({ type: 'finish', choice: this.choice, finish: this.outcome() });
  }

  private outcome(): Finish {
    return decodeFinish(this.raw, this.calls.size > 0);
  }

  private add(piece: Piece): void {
    const { choice } = this;
    switch (piece.type) {
      case 'text':
      case 'refusal':
        return this.grow(piece.type, piece.text);
      case 'reasoning':
        return this.think(piece.text, piece.detail);
      case 'audio':
        return this.sound(piece.audio);
      case 'image': {
        const part = this.begin(piece.part);
        return this.emit({ type: 'part-end', choice, part });
      }
      case 'citation':
        if (this.open?.type !== 'text') this.openPart('text', '');
        if (this.open)
          this.emit({ type: 'citation', choice, part: this.open.part, citation: piece.citation });
        return;
      case 'text-signature':
        if (this.open?.type !== 'text') this.openPart('text', '');
        if (this.open)
          this.emit({
            type: 'signature',
            choice,
            part: this.open.part,
            signature: piece.signature,
          });
        return;
      case 'call':
        return this.call(piece.call);
    }
  }

  private grow(type: 'text' | 'refusal', text: string): void {
    if (this.open?.type !== type) return this.openPart(type, text);
    this.emit({ type: 'delta', choice: this.choice, part: this.open.part, text });
  }

  private openPart(type: 'text' | 'refusal', text: string): void {
    const part = this.begin({ type, text });
    this.open = { type, part };
  }

  private think(text: string, detail: Fields | null): void {
    const { open, choice } = this;
    // Some say a thought plain as it comes, and once more in full with its signature.
    if (open?.type === 'reasoning' && !open.head && detail && text !== '' && text === open.plain) {
      open.head = mergedHead({}, detail);
      return;
    }
    if (open?.type === 'reasoning' && isMoreOf(open.head, detail)) {
      if (detail) open.head = mergedHead(open.head ?? {}, detail);
      else open.plain += text;
      if (text !== '') this.emit({ type: 'delta', choice, part: open.part, text });
      return;
    }
    const { id, type } = detail ?? {};
    const part = this.begin({
      type: 'reasoning',
      text,
      ...(type === 'reasoning.summary' ? { isSummary: true } : {}),
      ...(type === 'reasoning.encrypted' ? { isRedacted: true } : {}),
      ...optional('id', typeof id === 'string' ? id : undefined),
    });
    const head = detail && mergedHead({}, detail);
    this.open = { type: 'reasoning', part, head, plain: detail ? '' : text };
  }

  private sound({ id, data, transcript, expires_at: expiresAt }: Fields): void {
    const { open, choice } = this;
    const sound = typeof data === 'string' ? data : '';
    if (open?.type !== 'audio') {
      const part = this.begin({
        type: 'audio',
        source: { kind: 'data', mediaType: this.audioType, base64: sound },
        ...optional('id', typeof id === 'string' ? id : undefined),
        ...optional('transcript', typeof transcript === 'string' ? transcript : undefined),
        ...optional('expiresAt', typeof expiresAt === 'number' ? expiresAt : undefined),
      });
      this.open = { type: 'audio', part };
      return;
    }
    if (sound !== '') this.emit({ type: 'delta', choice, part: open.part, text: sound });
    if (typeof transcript === 'string' && transcript !== '')
      this.emit({ type: 'transcript', choice, part: open.part, text: transcript });
  }

  private call(piece: CallPiece): void {
    const { choice } = this;
    const known = this.calls.get(piece.index);
    const { argumentsText: text, signature } = piece;
    // Some servers give every call the index 0: another id is another call.
    if (known && (piece.id === '' || piece.id === known.id)) {
      if (text !== '') this.emit({ type: 'delta', choice, part: known.part, text });
      if (signature) this.emit({ type: 'signature', choice, part: known.part, signature });
      return;
    }
    const at = known ? Math.max(...this.calls.keys()) + 1 : piece.index;
    const { name, kind } = piece;
    const id = piece.id || `call_${this.answerId}_${choice}_${at}`;
    const part = this.begin({
      type: 'tool-call',
      id,
      name,
      argumentsText: text,
      kind,
      ...optional('signature', signature),
    });
    if (known) this.calls.set(at, known);
    this.calls.set(piece.index, { part, id: piece.id });
  }

  private begin(value: AnswerPart): number {
    this.close();
    const part = this.parts++;
    this.emit({ type: 'part', choice: this.choice, part, value });
    return part;
  }

  private close(): void {
    const { open, choice } = this;
    this.open = null;
    if (!open) return;
    const signature = open.type === 'reasoning' && open.head ? reasoningHead(open.head) : undefined;
    if (signature) this.emit({ type: 'signature', choice, part: open.part, signature });
    this.emit({ type: 'part-end', choice, part: open.part });
  }
}

/** Details of one thought share type and index and end with a signature; encrypted ones come whole. */
function isMoreOf(head: Fields | null, detail: Fields | null): boolean {
  if (!head || !detail) return head === detail;
  if (detail.type === 'reasoning.encrypted' || head.type !== detail.type) return false;
  if (head.signature !== undefined) return false;
  return (head.index ?? null) === (detail.index ?? null);
}
