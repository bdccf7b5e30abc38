import type { AnswerPart, ForeignPart, ImagePart, Opaque, ToolCallPart } from '@tollgate/neutral';
import { isObject } from '../chat/fields.ts';
import { type CarriedSignature, carrierId, carrySignature } from './carried-signature.ts';
import type { Json } from './encode-envelope.ts';
import { OutputSlots, SilentItem } from './output-slots.ts';

/** The model asks for a function or a custom tool. */
export class CallItem extends SilentItem {
  private readonly id: string;
  private readonly callId: string;
  private readonly index: number;
  private readonly isCustom: boolean;
  private written = '';
  private lateSignature: Opaque | null = null;

  constructor(
    private readonly slots: OutputSlots,
    private readonly part: ToolCallPart,
  ) {
    super();
    this.isCustom = part.kind === 'custom';
    this.callId = slots.callId(part);
    this.id = slots.nextId(this.isCustom ? 'ctc' : 'fc');
    this.index = slots.add(this.json('in_progress'));
  }

  begin(part: number, value: AnswerPart): void {
    if (value.type === 'tool-call') this.extend(part, value.argumentsText);
  }

  override extend(_part: number, text: string): void {
    if (text === '') return;
    this.written += text;
    this.sendWritten('delta', { delta: text });
  }

  override sign(_part: number, signature: Opaque): void {
    this.lateSignature = signature;
  }

  end(part: number): void {
    // A call without arguments: clients parse them as JSON all the same.
    if (!this.isCustom && this.written === '') this.extend(part, '{}');
    const { written } = this;
    this.sendWritten('done', this.isCustom ? { input: written } : { arguments: written });
    this.slots.complete(this.index, this.json('completed'));
  }

  override signatureToCarry(): CarriedSignature | null {
    const { callId, lateSignature: signature } = this;
    return signature && { of: 'call', callId, signature };
  }

  private json(status: string): Json {
    const { id, callId, written, isCustom } = this;
    const { name } = this.part;
    return isCustom
      ? { id, type: 'custom_tool_call', status, call_id: callId, name, input: written }
      : { id, type: 'function_call', status, call_id: callId, name, arguments: written };
  }

  private sendWritten(stage: 'delta' | 'done', rest: Json): void {
    const what = this.isCustom ? 'custom_tool_call_input' : 'function_call_arguments';
    const type = `response.${what}.${stage}`;
    this.slots.send({ type, item_id: this.id, output_index: this.index, ...rest });
  }
}

/** A picture, or an item of a server-side tool: told at once when it is whole. */
export class WholeItem extends SilentItem {
  private base64 = '';

  constructor(
    private readonly slots: OutputSlots,
    private readonly part: ImagePart | ForeignPart,
  ) {
    super();
  }

  begin(): void {
    const { part } = this;
    if (part.type === 'image' && part.source.kind === 'data') this.base64 = part.source.base64;
  }

  override extend(_part: number, text: string): void {
    this.base64 += text;
  }

  end(): void {
    const { part } = this;
    const item = part.type === 'image' ? this.image(part) : part.json;
    if (!isObject(item)) return;
    const status = 'status' in item ? { status: 'in_progress' } : {};
    const index = this.slots.add({
      ...item,
      ...status,
      ...('result' in item ? { result: null } : {}),
    });
    this.slots.complete(index, item);
  }

  private image({ source }: ImagePart): Json {
    const format = 'mediaType' in source ? source.mediaType?.replace('image/', '') : undefined;
    return {
      id: this.slots.nextId('ig'),
      type: 'image_generation_call',
      status: 'completed',
      result: source.kind === 'url' ? source.url : this.base64,
      ...(format === undefined ? {} : { output_format: format }),
    };
  }
}

/** Carries a signature that has no place in the item that it belongs to. */
export class CarrierItem {
  constructor(slots: OutputSlots, carried: CarriedSignature) {
    const item = {
      id: slots.nextId('rs', carrierId(carried)),
      type: 'reasoning',
      summary: [],
      encrypted_content: carrySignature(carried),
    };
    slots.complete(slots.add(item), item);
  }
}
