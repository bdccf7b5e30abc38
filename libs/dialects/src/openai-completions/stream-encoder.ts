import type { AnswerEvent, AnswerPart } from '@tollgate/neutral';
import type { AnswerContext, EmitFrame, StreamEncoder } from '../chat-codec.ts';
import { encodeFinish } from '../openai-chat/encode-finish.ts';
import { encodeChatUsage } from '../openai-chat/encode-usage.ts';
import {
  completionHead,
  echoOf,
  encodeLogprobs,
  promptLength,
  shownText,
} from './encode-completion.ts';

const DONE = Buffer.from('data: [DONE]\n\n');
const NOTHING = Buffer.alloc(0);

/** Tells a streamed answer as chunks of `text_completion`; usage only if it was asked for, `[DONE]` in the tail. */
export class CompletionStreamEncoder implements StreamEncoder {
  tail: Uint8Array = NOTHING;
  private head = '';
  private readonly seen = new Set<number>();
  /** Parts that are shown, as `choice part`. */
  private readonly shown = new Set<string>();
  /** Where the next token of each choice stands. */
  private readonly offsets: number[] = [];

  constructor(
    private readonly context: AnswerContext,
    private readonly emit: EmitFrame,
  ) {}

  push(event: AnswerEvent): void {
    if (this.tail !== NOTHING) return;
    switch (event.type) {
      case 'start': {
        const head = JSON.stringify(completionHead(event, this.context));
        this.head = `${head.slice(0, -1)},"choices":`;
        return;
      }
      case 'part':
        return this.begin(event.choice, event.part, event.value);
      case 'delta':
        if (this.shown.has(`${event.choice} ${event.part}`)) this.write(event.choice, event.text);
        return;
      case 'logprobs': {
        const offset = this.offsets[event.choice] ?? promptLength(this.context);
        const length = event.tokens.reduce((sum, { token }) => sum + token.length, 0);
        this.offsets[event.choice] = offset + length;
        return this.write(event.choice, '', encodeLogprobs(event.tokens, offset));
      }
      case 'finish':
        return this.write(event.choice, '', null, encodeFinish(event.finish));
      case 'usage':
        if (this.context.usageAsked)
          this.frame(`[],"usage":${JSON.stringify(encodeChatUsage(event.usage))}`);
        return;
      case 'end':
        this.tail = DONE;
        return;
      case 'transcript':
      case 'signature':
      case 'citation':
      case 'part-end':
        return;
    }
  }

  private begin(choice: number, part: number, value: AnswerPart): void {
    if (value.type !== 'text' && value.type !== 'refusal') return;
    this.shown.add(`${choice} ${part}`);
    const text = shownText(value);
    if (text !== '') this.write(choice, text);
  }

  private write(
    index: number,
    text: string,
    logprobs: Readonly<Record<string, unknown>> | null = null,
    finishReason: string | null = null,
  ): void {
    const isFirst = !this.seen.has(index);
    this.seen.add(index);
    const shown = isFirst ? echoOf(this.context) + text : text;
    const choice = { text: shown, index, logprobs, finish_reason: finishReason };
    this.frame(`[${JSON.stringify(choice)}]${this.context.usageAsked ? ',"usage":null' : ''}`);
  }

  private frame(rest: string): void {
    this.emit(Buffer.from(`data: ${this.head}${rest}}\n\n`));
  }
}
