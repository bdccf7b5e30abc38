import { isObject, type JsonObject } from '../json-schema/json.ts';
import type { ChatAnswer, FinishReason, Piece } from '../openai/chat-answer.ts';
import type { ChunkFormat } from '../openai/chat-wire-format.ts';
import type { Refusal } from '../openai/refusal.ts';
import { namedEvent } from '../vendor-chat/sse.ts';
import type { VendorChat } from '../vendor-chat/vendor-chat.ts';
import { argumentsOf, signatureOf, wholeChoice } from '../vendor-chat/whole-answer.ts';
import { parseMessages } from './parse-messages.ts';

const stopReasons = {
  stop: 'end_turn',
  length: 'max_tokens',
  tool_calls: 'tool_use',
} as const satisfies Record<FinishReason, string>;

const thought = 'The simulated model thinks about it for a moment.';

/** Anthropic's messages, https://docs.anthropic.com/en/api/messages. */
export const anthropicChat: VendorChat = {
  idPrefix: 'msg_',
  parse: (body) => parseMessages(body),
  unary: (answer, body) => {
    const [choice] = answer.choices;
    const { text, calls } = wholeChoice(choice);
    const content = [
      ...(thinks(body) ? [thinkingBlock(thought)] : []),
      ...(text === '' ? [] : [{ type: 'text', text }]),
      ...calls.map((call) => ({
        type: 'tool_use',
        id: call.id,
        name: call.name,
        input: argumentsOf(call),
      })),
    ];
    return JSON.stringify({
      ...messageHead(answer),
      content,
      stop_reason: stopReasons[choice?.finishReason ?? 'stop'],
      stop_sequence: null,
      usage: usageOf(answer),
    });
  },
  stream: (answer, _call, body) => new MessageStream(answer, thinks(body)),
  say: (refusal) => JSON.stringify(errorOf(refusal)),
};

function thinks(body: JsonObject): boolean {
  return isObject(body.thinking) && body.thinking.type !== 'disabled';
}

function thinkingBlock(thinking: string): object {
  return { type: 'thinking', thinking, signature: signatureOf(thinking) };
}

function messageHead({ id, model }: ChatAnswer): object {
  return { id, type: 'message', role: 'assistant', model };
}

/** Anthropic counts what was read from a cache apart. */
function usageOf({ usage }: ChatAnswer): object {
  const cached = usage.prompt_tokens_details.cached_tokens;
  return {
    input_tokens: usage.prompt_tokens - cached,
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: cached,
    output_tokens: usage.completion_tokens,
  };
}

const errorTypes: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  402: 'billing_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  503: 'overloaded_error',
  529: 'overloaded_error',
};

function errorOf({ status, message }: Refusal): object {
  const type = errorTypes[status] ?? (status < 500 ? 'invalid_request_error' : 'api_error');
  return { type: 'error', error: { type, message }, request_id: null };
}

/** One content block after the other: thinking, text, then each call. */
class MessageStream implements ChunkFormat {
  readonly contentType = 'text/event-stream; charset=utf-8';
  #block = -1;
  #open: 'text' | 'call' | null = null;

  readonly #answer: ChatAnswer;
  readonly #doesThink: boolean;

  constructor(answer: ChatAnswer, doesThink: boolean) {
    this.#answer = answer;
    this.#doesThink = doesThink;
  }

  opening(): string {
    const usage = { ...usageOf(this.#answer), output_tokens: 1 };
    const message = { ...messageHead(this.#answer), content: [], stop_reason: null, usage };
    const start = namedEvent('message_start', {
      type: 'message_start',
      message: { ...message, stop_sequence: null },
    });
    return start + namedEvent('ping', { type: 'ping' }) + (this.#doesThink ? this.#thinking() : '');
  }

  content(_index: number, piece: Piece): string {
    switch (piece.kind) {
      case 'text': {
        const begin = this.#open === 'text' ? '' : this.#begin('text', { type: 'text', text: '' });
        return begin + this.#delta({ type: 'text_delta', text: piece.text });
      }
      case 'call': {
        const { id, name } = piece;
        return this.#begin('call', { type: 'tool_use', id, name, input: {} });
      }
      case 'arguments':
        return this.#delta({ type: 'input_json_delta', partial_json: piece.text });
    }
  }

  closing(_index: number, reason: FinishReason): string {
    const delta = { stop_reason: stopReasons[reason], stop_sequence: null };
    const usage = usageOf(this.#answer);
    return this.#end() + namedEvent('message_delta', { type: 'message_delta', delta, usage });
  }

  tail(): string {
    return namedEvent('message_stop', { type: 'message_stop' });
  }

  #thinking(): string {
    const empty = { type: 'thinking', thinking: '', signature: '' };
    return (
      this.#begin('text', empty) +
      this.#delta({ type: 'thinking_delta', thinking: thought }) +
      this.#delta({ type: 'signature_delta', signature: signatureOf(thought) }) +
      this.#end()
    );
  }

  #begin(kind: 'text' | 'call', block: object): string {
    const ended = this.#end();
    this.#open = kind;
    this.#block += 1;
    const start = { type: 'content_block_start', index: this.#block, content_block: block };
    return ended + namedEvent('content_block_start', start);
  }

  #delta(delta: object): string {
    const event = { type: 'content_block_delta', index: this.#block, delta };
    return namedEvent('content_block_delta', event);
  }

  #end(): string {
    if (this.#open === null) return '';
    this.#open = null;
    return namedEvent('content_block_stop', { type: 'content_block_stop', index: this.#block });
  }
}
