import type { AnswerPart, AudioPart } from '@tollgate/neutral';
import { optional } from '../json/optional.ts';
import { encodeAnnotation } from './annotations.ts';
import { encodeImage, encodeToolCall, thoughtSignature } from './encode-parts.ts';
import { ReasoningTrail } from './reasoning-trail.ts';

type Fields = Readonly<Record<string, unknown>>;

/** What `speaksOfFunctions` found: the client is of the time before `tool_calls`. */
export interface MessageOptions {
  readonly asFunctionCall: boolean;
}

/** The message of a whole answer. What only another wire understands has no place in it. */
export function encodeMessage(parts: readonly AnswerPart[], options: MessageOptions): Fields {
  const message = new MessageBuilder();
  for (const part of parts) message.add(part);
  return message.build(options);
}

/** A client that sent `functions` and no `tools` reads `function_call`. */
export function speaksOfFunctions(request: Fields): boolean {
  return Array.isArray(request['functions']) && !Array.isArray(request['tools']);
}

class MessageBuilder {
  private text = '';
  private refusal = '';
  private reasoning = '';
  private hasText = false;
  private readonly trail = new ReasoningTrail();
  private readonly details: Fields[] = [];
  private readonly annotations: Fields[] = [];
  private readonly images: Fields[] = [];
  private readonly calls: Fields[] = [];
  private audio: Fields | undefined;
  private extra: Fields | undefined;

  add(part: AnswerPart): void {
    switch (part.type) {
      case 'text':
        this.hasText = true;
        for (const citation of part.citations ?? [])
          this.annotations.push(encodeAnnotation(citation, this.text.length));
        this.text += part.text;
        if (part.signature) this.extra = thoughtSignature(part.signature);
        return;
      case 'refusal':
        this.refusal += part.text;
        return;
      case 'reasoning':
        this.reasoning += part.text;
        this.details.push(...this.trail.add(part));
        return;
      case 'image': {
        const image = encodeImage(part);
        if (image) this.images.push(image);
        return;
      }
      case 'audio':
        this.audio = encodeAudio(part);
        return;
      case 'tool-call':
        this.calls.push(encodeToolCall(part));
        return;
      case 'foreign':
        return;
    }
  }

  build({ asFunctionCall }: MessageOptions): Fields {
    const [call] = this.calls;
    const calls = asFunctionCall
      ? { ...optional('function_call', call?.['function']) }
      : { ...optional('tool_calls', listed(this.calls)) };
    return {
      role: 'assistant',
      content: this.hasText ? this.text : null,
      refusal: this.refusal === '' ? null : this.refusal,
      ...optional('reasoning_content', this.reasoning === '' ? undefined : this.reasoning),
      ...optional('reasoning_details', listed(this.details)),
      ...optional('annotations', listed(this.annotations)),
      ...optional('audio', this.audio),
      ...optional('images', listed(this.images)),
      ...calls,
      ...optional('extra_content', this.extra),
    };
  }
}

/** Sound whose id the vendor did not give cannot be named on a later turn. */
export function encodeAudio({ id, source, transcript, expiresAt }: AudioPart): Fields {
  return {
    id: id ?? '',
    ...optional('data', source.kind === 'data' ? source.base64 : undefined),
    transcript: transcript ?? '',
    expires_at: expiresAt ?? 0,
  };
}

function listed(list: readonly Fields[]): readonly Fields[] | undefined {
  return list.length > 0 ? list : undefined;
}
