import type { AnswerPart, Citation, Opaque, ReasoningPart } from '@tollgate/neutral';
import { optional } from '../json/optional.ts';
import { encodeAnnotation } from './annotations.ts';
import { encodeAudio } from './encode-message.ts';
import { encodeImage, encodeToolCall, thoughtSignature } from './encode-parts.ts';
import { ReasoningTrail } from './reasoning-trail.ts';

type Fields = Readonly<Record<string, unknown>>;

/** One choice of a streamed answer: turns what happens to its parts into `delta`s. */
export class StreamedChoice {
  /** Open parts; reasoning and images grow here, since what they bear is told when they are whole. */
  private readonly parts: (AnswerPart | undefined)[] = [];
  /** Where each text part begins in the text of the choice. */
  private readonly offsets: number[] = [];
  private textLength = 0;
  /** The place of a call among `tool_calls`, by its part. */
  private readonly callIndexes: number[] = [];
  private calls = 0;
  private readonly trail = new ReasoningTrail();

  constructor(
    private readonly asFunctionCall: boolean,
    private readonly write: (delta: Fields) => void,
    /** The same for nothing but text, which is most of what is ever written. */
    private readonly writeText: (text: string) => void,
  ) {}

  begin(at: number, part: AnswerPart): void {
    this.parts[at] = part;
    switch (part.type) {
      case 'text':
        this.offsets[at] = this.textLength;
        this.addText(part.text);
        for (const citation of part.citations ?? []) this.cite(at, citation);
        if (part.signature) this.sign(at, part.signature);
        return;
      case 'refusal':
        if (part.text !== '') this.write({ refusal: part.text });
        return;
      case 'reasoning':
        if (part.text !== '') this.write({ reasoning_content: part.text });
        return;
      case 'audio':
        return this.write({ audio: audioBegun(encodeAudio(part)) });
      case 'tool-call':
        return this.beginCall(at, encodeToolCall(part));
      case 'image':
      case 'foreign':
        return;
    }
  }

  extend(at: number, text: string): void {
    const part = this.parts[at];
    switch (part?.type) {
      case 'text':
        return this.addText(text);
      case 'refusal':
        return this.write({ refusal: text });
      case 'reasoning':
        this.parts[at] = { ...part, text: part.text + text };
        return this.write({ reasoning_content: text });
      case 'audio':
        return this.write({ audio: { data: text } });
      case 'tool-call':
        return this.extendCall(at, part.kind, text);
      case 'image':
        if (part.source.kind === 'data')
          this.parts[at] = {
            ...part,
            source: { ...part.source, base64: part.source.base64 + text },
          };
        return;
      default:
        return;
    }
  }

  say(at: number, text: string): void {
    if (this.parts[at]?.type === 'audio') this.write({ audio: { transcript: text } });
  }

  sign(at: number, signature: Opaque): void {
    const part = this.parts[at];
    if (part?.type === 'reasoning' || part?.type === 'image')
      this.parts[at] = { ...part, signature };
    const extra = { extra_content: thoughtSignature(signature) };
    if (part?.type === 'text') this.write(extra);
    if (part?.type === 'tool-call' && !this.asFunctionCall)
      this.write({ tool_calls: [{ index: this.callIndexes[at], ...extra }] });
  }

  cite(at: number, citation: Citation): void {
    this.write({ annotations: [encodeAnnotation(citation, this.offsets[at] ?? 0)] });
  }

  close(at: number): void {
    const part = this.parts[at];
    this.parts[at] = undefined;
    if (part?.type === 'reasoning') this.closeReasoning(part);
    const image = part?.type === 'image' ? encodeImage(part) : undefined;
    if (image) this.write({ images: [image] });
  }

  private closeReasoning(part: ReasoningPart): void {
    const details = this.trail.add(part);
    if (details.length > 0) this.write({ reasoning_details: details });
  }

  private addText(text: string): void {
    this.textLength += text.length;
    if (text !== '') this.writeText(text);
  }

  private beginCall(at: number, call: Fields): void {
    const index = this.calls++;
    this.callIndexes[at] = index;
    if (!this.asFunctionCall) this.write({ tool_calls: [{ index, ...call }] });
    // The older form has room for one call.
    else if (index === 0) this.write({ ...optional('function_call', call['function']) });
  }

  private extendCall(at: number, kind: 'function' | 'custom', text: string): void {
    const index = this.callIndexes[at];
    if (this.asFunctionCall) {
      if (index === 0) this.write({ function_call: { arguments: text } });
      return;
    }
    const more =
      kind === 'custom' ? { custom: { input: text } } : { function: { arguments: text } };
    this.write({ tool_calls: [{ index, ...more }] });
  }
}

/** Clients add the pieces up: what is empty yet is left out. */
function audioBegun(audio: Fields): Fields {
  return Object.fromEntries(
    Object.entries(audio).filter(([, value]) => value !== '' && value !== 0),
  );
}
