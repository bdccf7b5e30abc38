import { hostedAnthropicChat } from '../anthropic/hosted-chat.ts';
import type { FinishReason, Piece } from '../openai/chat-answer.ts';
import type { ChunkFormat } from '../openai/chat-wire-format.ts';
import type { VendorChat } from '../vendor-chat/vendor-chat.ts';
import { bedrockChat } from './bedrock-chat.ts';
import { frame } from './event-frame.ts';

const anthropic = hostedAnthropicChat('bedrock-2023-05-31', false);

/** Bedrock's InvokeModel of Anthropic's models: Anthropic's bodies, its events as base64 in AWS's frames. */
export const invokeChat: VendorChat = {
  ...anthropic,
  stream: (answer, call, body) => new InvokeStream(anthropic.stream(answer, call, body)),
  say: bedrockChat.say,
};

class InvokeStream implements ChunkFormat {
  readonly contentType = 'application/vnd.amazon.eventstream';
  readonly #events: ChunkFormat;

  constructor(events: ChunkFormat) {
    this.#events = events;
  }

  opening(index: number): Buffer {
    return framed(this.#events.opening(index));
  }

  content(index: number, piece: Piece): Buffer {
    return framed(this.#events.content(index, piece));
  }

  closing(index: number, reason: FinishReason): Buffer {
    return framed(this.#events.closing(index, reason));
  }

  tail(): Buffer {
    return framed(this.#events.tail());
  }
}

/** Each server-sent event's JSON in a frame of its own; Bedrock sends no pings. */
function framed(events: string | Buffer): Buffer {
  const found = events.toString().matchAll(/^data: (.*)$/gm);
  const texts = Array.from(found, ([, json = '']) => json).filter(
    (json) => json !== '{"type":"ping"}',
  );
  return Buffer.concat(
    texts.map((json) => frame('chunk', { bytes: Buffer.from(json).toString('base64') })),
  );
}
