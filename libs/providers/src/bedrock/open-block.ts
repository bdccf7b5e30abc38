import { parseArguments, type AnswerPart, type EmitEvent } from '@tollgate/neutral';
import { isRecord } from '../json/json-value.ts';
import { decodeBlock, decodeCitation, isServerTool, signatureOf } from './decode-blocks.ts';
import { listOf, textOf, type WireObject } from './wire.ts';

/**
 * One content block of a streamed answer. Text, thoughts and calls are told as they come; what only makes sense whole
 * (redacted thoughts, images, what Bedrock's own tools did) when the block ends.
 */
export class OpenBlock {
  /** Bytes of what was generated. */
  size = 0;
  private isTold = false;
  private isCall = false;
  private signature = '';
  private callText = '';
  private pieces: Buffer[] = [];
  private results: unknown[] = [];

  constructor(
    private readonly part: number,
    /** The block's `start`: empty for text and thoughts. */
    private readonly start: WireObject,
    private readonly model: string,
    private readonly emit: EmitEvent,
  ) {
    const { toolUse } = start;
    this.isCall = isRecord(toolUse) && !isServerTool(toolUse);
    if (!this.isCall || !isRecord(toolUse)) return;
    const [id, name] = [textOf(toolUse.toolUseId) ?? '', textOf(toolUse.name) ?? ''];
    this.tell({ type: 'tool-call', id, name, argumentsText: '', kind: 'function' });
  }

  add(delta: WireObject): void {
    const { text, toolUse, reasoningContent, citation, image, toolResult } = delta;
    if (typeof text === 'string') this.addText(text);
    else if (isRecord(toolUse)) this.addInput(textOf(toolUse.input) ?? '');
    else if (isRecord(reasoningContent)) this.addReasoning(reasoningContent);
    else if (isRecord(citation)) this.addCitation(citation);
    else if (isRecord(image) && isRecord(image.source)) this.addPiece(image.source.bytes);
    else if (toolResult !== undefined) this.results.push(...listOf(toolResult));
  }

  /** The block is complete: tells what was held back. */
  end(): void {
    if (this.isCall && this.callText === '') this.delta('{}');
    if (this.signature !== '') this.tellSignature();
    if (!this.isTold) {
      const block = this.whole();
      if (block) this.tell(decodeBlock(block, this.model));
    }
    if (this.isTold) this.emit({ type: 'part-end', choice: 0, part: this.part });
  }

  private addText(text: string): void {
    if (!this.isTold) this.tell({ type: 'text', text: '' });
    this.delta(text);
  }

  private addInput(text: string): void {
    this.callText += text;
    if (this.isCall) this.delta(text);
    else this.size += text.length;
  }

  private addReasoning(content: WireObject): void {
    if (typeof content.redactedContent === 'string') return this.addPiece(content.redactedContent);
    if (typeof content.text === 'string') {
      if (!this.isTold) this.tell({ type: 'reasoning', text: '' });
      this.delta(content.text);
    }
    if (typeof content.signature === 'string') this.signature += content.signature;
  }

  private addCitation(citation: WireObject): void {
    if (!this.isTold) this.tell({ type: 'text', text: '' });
    const decoded = decodeCitation(citation);
    this.emit({ type: 'citation', choice: 0, part: this.part, citation: decoded });
  }

  /** Pieces of base64 are each whole: they are joined as bytes. */
  private addPiece(base64: unknown): void {
    if (typeof base64 === 'string') this.pieces.push(Buffer.from(base64, 'base64'));
  }

  private tellSignature(): void {
    if (!this.isTold) this.tell({ type: 'reasoning', text: '' });
    const signature = signatureOf(this.signature, this.model);
    this.emit({ type: 'signature', choice: 0, part: this.part, signature });
  }

  /** The block as the unary answer would have it. */
  private whole(): WireObject | undefined {
    const { toolUse, toolResult, image } = this.start;
    const bytes = Buffer.concat(this.pieces).toString('base64');
    if (isRecord(toolUse))
      return { toolUse: { ...toolUse, input: parseArguments(this.callText) ?? {} } };
    if (isRecord(toolResult)) return { toolResult: { ...toolResult, content: this.results } };
    if (isRecord(image)) return { image: { ...image, source: { bytes } } };
    if (this.pieces.length > 0) return { reasoningContent: { redactedContent: bytes } };
    return Object.keys(this.start).length === 0 ? undefined : this.start;
  }

  private tell(value: AnswerPart): void {
    this.isTold = true;
    this.emit({ type: 'part', choice: 0, part: this.part, value });
  }

  private delta(text: string): void {
    if (text === '') return;
    this.size += text.length;
    this.emit({ type: 'delta', choice: 0, part: this.part, text });
  }
}
