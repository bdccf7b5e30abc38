import { type Answer, type AnswerEvent, unfoldAnswer } from '@tollgate/neutral';
import type { AnswerContext, ChatCodec, EmitFrame, StreamEncoder } from '../chat-codec.ts';
import { AnswerWriter } from './answer-writer.ts';
import { decodeRequest } from './decode-request.ts';
import type { Json } from './encode-envelope.ts';

/** Carries OpenAI's responses over to the neutral model and back. */
export const openaiResponsesCodec: ChatCodec = {
  dialect: 'openai-responses',
  fieldNames: {
    messages: 'input',
    response_format: 'text.format',
    max_tokens: 'max_output_tokens',
    reasoning_effort: 'reasoning.effort',
    verbosity: 'text.verbosity',
    logprobs: 'include',
  },
  decodeRequest,
  encodeAnswer,
  streamEncoder: (context, emit) => new ResponsesStreamEncoder(context, emit),
};

function encodeAnswer(answer: Answer, context: AnswerContext): Uint8Array {
  const writer = new AnswerWriter(context, () => undefined);
  unfoldAnswer(answer, (event) => writer.push(event));
  const response = writer.response();
  context.keep?.(response);
  return Buffer.from(JSON.stringify(response));
}

const EMPTY = new Uint8Array();

class ResponsesStreamEncoder implements StreamEncoder {
  tail: Uint8Array = EMPTY;
  private readonly writer: AnswerWriter;
  private sequence = 0;
  /** Frames of the event that is being told: they leave together. */
  private frames = '';

  constructor(
    private readonly context: AnswerContext,
    private readonly emit: EmitFrame,
  ) {
    this.writer = new AnswerWriter(context, (event) => {
      this.frames += this.frame(event.type, event);
    });
  }

  push(event: AnswerEvent): void {
    if (this.tail !== EMPTY) return;
    this.writer.push(event);
    if (this.frames !== '') this.emit(Buffer.from(this.frames));
    this.frames = '';
    if (event.type !== 'end') return;
    const type = this.writer.isIncomplete ? 'response.incomplete' : 'response.completed';
    const response = this.writer.response();
    this.context.keep?.(response);
    this.tail = Buffer.from(this.frame(type, { type, response }));
  }

  private frame(type: string, event: Json): string {
    const data = JSON.stringify({ ...event, sequence_number: this.sequence++ });
    return `event: ${type}\ndata: ${data}\n\n`;
  }
}
