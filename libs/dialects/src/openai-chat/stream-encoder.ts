import type { AnswerEvent } from '@tollgate/neutral';
import type { AnswerContext, EmitFrame, StreamEncoder } from '../chat-codec.ts';
import { answerHead } from './encode-answer.ts';
import { encodeFinish } from './encode-finish.ts';
import { encodeLogprobs } from './encode-logprobs.ts';
import { speaksOfFunctions } from './encode-message.ts';
import { encodeChatUsage } from './encode-usage.ts';
import { StreamedChoice } from './streamed-choice.ts';

type Fields = Readonly<Record<string, unknown>>;

const DONE = Buffer.from('data: [DONE]\n\n');
const NOTHING = Buffer.alloc(0);

/** Tells a streamed answer as `chat.completion.chunk`s: the role first, usage only if it was asked for, `[DONE]` in the tail. */
export class ChatStreamEncoder implements StreamEncoder {
  tail: Uint8Array = NOTHING;
  private readonly choices: StreamedChoice[] = [];
  private readonly asFunctionCall: boolean;
  /** Stands in each chunk where the client asked for usage. */
  private readonly noUsage: string;
  private readonly afterText: string;
  /** The JSON of a chunk up to its list of choices. */
  private head = '';

  constructor(
    private readonly context: AnswerContext,
    private readonly emit: EmitFrame,
  ) {
    this.asFunctionCall = speaksOfFunctions(context.request);
    this.noUsage = context.usageAsked ? ',"usage":null' : '';
    this.afterText = `},"logprobs":null,"finish_reason":null}]${this.noUsage}`;
  }

  push(event: AnswerEvent): void {
    if (this.tail !== NOTHING) return;
    switch (event.type) {
      case 'start':
        this.open(event);
        this.choice(0);
        return;
      case 'part':
        return this.choice(event.choice).begin(event.part, event.value);
      case 'delta':
        return this.choice(event.choice).extend(event.part, event.text);
      case 'transcript':
        return this.choice(event.choice).say(event.part, event.text);
      case 'signature':
        return this.choice(event.choice).sign(event.part, event.signature);
      case 'citation':
        return this.choice(event.choice).cite(event.part, event.citation);
      case 'part-end':
        return this.choice(event.choice).close(event.part);
      case 'logprobs':
        this.choice(event.choice);
        return this.write(event.choice, {}, encodeLogprobs(event.tokens));
      case 'finish': {
        this.choice(event.choice);
        const word = encodeFinish(event.finish);
        const reason = this.asFunctionCall && word === 'tool_calls' ? 'function_call' : word;
        return this.write(event.choice, {}, null, reason);
      }
      case 'usage':
        if (this.context.usageAsked)
          this.frame(`[],"usage":${JSON.stringify(encodeChatUsage(event.usage))}`);
        return;
      case 'end':
        this.tail = DONE;
        return;
    }
  }

  private open(start: Extract<AnswerEvent, { type: 'start' }>): void {
    const head = JSON.stringify(answerHead(start, this.context, 'chat.completion.chunk'));
    this.head = `${head.slice(0, -1)},"choices":`;
  }

  /** A choice that is seen for the first time begins with its role. */
  private choice(index: number): StreamedChoice {
    const known = this.choices[index];
    if (known) return known;
    const before = `[{"index":${index},"delta":{"content":`;
    const choice = new StreamedChoice(
      this.asFunctionCall,
      (delta) => this.write(index, delta),
      (text) => this.frame(`${before}${JSON.stringify(text)}${this.afterText}`),
    );
    this.choices[index] = choice;
    this.write(index, { role: 'assistant', content: '', refusal: null });
    return choice;
  }

  private write(
    index: number,
    delta: Fields,
    logprobs: Fields | null = null,
    finishReason: string | null = null,
  ): void {
    const choice = { index, delta, logprobs, finish_reason: finishReason };
    this.frame(`[${JSON.stringify(choice)}]${this.noUsage}`);
  }

  private frame(rest: string): void {
    this.emit(Buffer.from(`data: ${this.head}${rest}}\n\n`));
  }
}
