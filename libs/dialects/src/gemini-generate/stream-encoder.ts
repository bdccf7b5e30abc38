import type { AnswerEvent, AnswerPart, Finish } from '@tollgate/neutral';
import type { AnswerContext, EmitFrame, StreamEncoder } from '../chat-codec.ts';
import { CandidateNotes } from './candidate-notes.ts';
import { carrySignature, carryThought } from './carried-signature.ts';
import { encodeHead } from './encode-answer.ts';
import { CANDIDATE, encodePart } from './encode-part.ts';
import { encodeUsage } from './encode-usage.ts';

const EMPTY = Buffer.alloc(0);

interface OpenChoice {
  readonly notes: CandidateNotes;
  readonly parts: Map<number, AnswerPart>;
  finish: Finish;
}

type PartEvent = Extract<AnswerEvent, { readonly part: number }>;

/**
 * Writes `data:` events as `streamGenerateContent?alt=sse` does. Texts and thoughts leave as they come; calls, images and
 * sounds when they are whole, since Google's clients read each part for itself. Reasons and usage stand in the last event.
 */
export class GeminiStreamEncoder implements StreamEncoder {
  tail: Uint8Array = EMPTY;
  private head: object;
  private readonly choices = new Map<number, OpenChoice>();
  private usage: object | undefined;
  private serviceTier: string | undefined;

  constructor(
    private readonly context: AnswerContext,
    private readonly emit: EmitFrame,
  ) {
    this.head = encodeHead({ id: '', model: '', createdAt: null }, context);
  }

  push(event: AnswerEvent): void {
    switch (event.type) {
      case 'start':
        this.head = encodeHead(event, this.context);
        this.serviceTier = event.serviceTier;
        return;
      case 'logprobs':
        return this.choice(event.choice).notes.noteLogprobs(event.tokens);
      case 'finish':
        this.choice(event.choice).finish = event.finish;
        return;
      case 'usage':
        this.usage = encodeUsage(event.usage, this.serviceTier);
        return;
      case 'end':
        this.tail = this.frame(this.lastCandidates());
        return;
      default:
        return this.pushPart(event);
    }
  }

  private pushPart(event: PartEvent): void {
    const { notes, parts } = this.choice(event.choice);
    if (event.type === 'part') return this.begin(event, notes, parts);
    const part = parts.get(event.part);
    if (!part) return;
    switch (event.type) {
      case 'delta':
        return this.extend(event, part, notes, parts);
      case 'transcript':
        return this.give(event.choice, [{ text: event.text }]);
      case 'signature': {
        const signed = withSignature(part, event.signature);
        parts.set(event.part, signed);
        return this.give(event.choice, signatureParts(signed));
      }
      case 'citation':
        return notes.cite(event.part, event.citation);
      case 'part-end':
        parts.delete(event.part);
        if (isGivenWhole(part)) this.giveWhole(event.choice, part, notes);
        return;
    }
  }

  private begin(
    { choice, part, value }: Extract<PartEvent, { readonly type: 'part' }>,
    notes: CandidateNotes,
    parts: Map<number, AnswerPart>,
  ): void {
    parts.set(part, value);
    if (value.type === 'audio' && value.transcript)
      return this.give(choice, [{ text: value.transcript }]);
    if (isGivenWhole(value)) return;
    if (value.type === 'foreign') {
      if (value.wire === 'gemini' && value.name === CANDIDATE) notes.noteOwn(value.json);
      return this.give(choice, encodePart(value));
    }
    if (value.type === 'text') {
      notes.noteText(part, value.text);
      for (const citation of value.citations ?? []) notes.cite(part, citation);
    }
    const isEmpty = 'text' in value && value.text === '';
    const isSigned = 'signature' in value && value.signature !== undefined;
    if (!isEmpty || isSigned) this.give(choice, encodePart(value));
  }

  private extend(
    { choice, part: index, text }: Extract<PartEvent, { readonly type: 'delta' }>,
    part: AnswerPart,
    notes: CandidateNotes,
    parts: Map<number, AnswerPart>,
  ): void {
    if (part.type === 'text') notes.noteText(index, text);
    if (part.type === 'text' || part.type === 'refusal') return this.give(choice, [{ text }]);
    if (part.type === 'reasoning') return this.give(choice, [{ text, thought: true }]);
    parts.set(index, extended(part, text));
  }

  private giveWhole(choice: number, part: AnswerPart, notes: CandidateNotes): void {
    const pieces = encodePart(part.type === 'audio' ? { ...part, transcript: '' } : part);
    if (part.type === 'tool-call' && pieces.length === 0)
      notes.noteMalformedCall(part.name, part.argumentsText);
    this.give(choice, pieces);
  }

  private give(index: number, parts: readonly object[]): void {
    if (parts.length === 0) return;
    this.emit(this.frame({ candidates: [{ content: { parts, role: 'model' }, index }] }));
  }

  /** The SDK keeps a turn in a chat's history only when each event has a part. */
  private lastCandidates(): object {
    const candidates = [...this.choices].map(([index, { notes, finish }]) => ({
      content: { parts: [{ text: '' }], role: 'model' },
      ...notes.encode(finish),
      index,
    }));
    return {
      ...(candidates.length > 0 ? { candidates } : { promptFeedback: { blockReason: 'OTHER' } }),
      ...(this.usage ? { usageMetadata: this.usage } : {}),
    };
  }

  private frame(content: object): Uint8Array {
    return Buffer.from(`data: ${JSON.stringify({ ...content, ...this.head })}\r\n\r\n`);
  }

  private choice(index: number): OpenChoice {
    const known = this.choices.get(index);
    if (known) return known;
    const finish: Finish = { reason: 'other', raw: null };
    const made = { notes: new CandidateNotes(), parts: new Map(), finish };
    this.choices.set(index, made);
    return made;
  }
}

function isGivenWhole({ type }: AnswerPart): boolean {
  return type === 'tool-call' || type === 'image' || type === 'audio';
}

function extended(part: AnswerPart, text: string): AnswerPart {
  if (part.type === 'tool-call') return { ...part, argumentsText: part.argumentsText + text };
  if ((part.type === 'image' || part.type === 'audio') && part.source.kind === 'data')
    return { ...part, source: { ...part.source, base64: part.source.base64 + text } };
  return part;
}

function withSignature(
  part: AnswerPart,
  signature: Extract<AnswerEvent, { readonly type: 'signature' }>['signature'],
): AnswerPart {
  const isSigned =
    part.type === 'text' ||
    part.type === 'image' ||
    part.type === 'tool-call' ||
    part.type === 'reasoning';
  return isSigned ? { ...part, signature } : part;
}

/** A signature of a text or a thought comes behind it, in a part that has no text, as Google's own do. */
function signatureParts(part: AnswerPart): readonly object[] {
  if (part.type === 'text' && part.signature)
    return [{ text: '', thoughtSignature: carrySignature(part.signature) }];
  if (part.type === 'reasoning')
    return [{ text: '', thought: true, thoughtSignature: carryThought(part) }];
  return [];
}
