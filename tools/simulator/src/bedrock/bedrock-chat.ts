import type { ChatAnswer, FinishReason, Piece } from '../openai/chat-answer.ts';
import type { ChunkFormat } from '../openai/chat-wire-format.ts';
import { invalidRequest } from '../openai/refusal.ts';
import type { VendorChat } from '../vendor-chat/vendor-chat.ts';
import { argumentsOf, wholeChoice } from '../vendor-chat/whole-answer.ts';
import { frame } from './event-frame.ts';
import { parseConverse } from './parse-converse.ts';

const stopReasons = {
  stop: 'end_turn',
  length: 'max_tokens',
  tool_calls: 'tool_use',
} as const satisfies Record<FinishReason, string>;

/** Bedrock's Converse, https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html. */
export const bedrockChat: VendorChat = {
  idPrefix: '',
  parse: (body, target) =>
    target ? parseConverse(body, target) : invalidRequest('the URL names no model', null),
  unary: (answer) => {
    const [choice] = answer.choices;
    const { text, calls } = wholeChoice(choice);
    const content = [
      ...(text === '' ? [] : [{ text }]),
      ...calls.map((call) => ({
        toolUse: { toolUseId: call.id, name: call.name, input: argumentsOf(call) },
      })),
    ];
    return JSON.stringify({
      output: { message: { role: 'assistant', content } },
      stopReason: stopReasons[choice?.finishReason ?? 'stop'],
      usage: usageOf(answer),
      metrics: { latencyMs: 1 },
    });
  },
  stream: (answer) => new ConverseStream(answer),
  say: ({ message }) => JSON.stringify({ message }),
};

/** Bedrock counts what was read from a cache apart. */
function usageOf({ usage }: ChatAnswer): object {
  const cached = usage.prompt_tokens_details.cached_tokens;
  return {
    inputTokens: usage.prompt_tokens - cached,
    outputTokens: usage.completion_tokens,
    totalTokens: usage.total_tokens,
    ...(cached > 0 ? { cacheReadInputTokens: cached, cacheWriteInputTokens: 0 } : {}),
  };
}

const NOTHING = Buffer.alloc(0);

/** The usage comes after the stop, as it does at Bedrock. */
class ConverseStream implements ChunkFormat {
  readonly contentType = 'application/vnd.amazon.eventstream';
  #block = -1;
  #open: 'text' | 'call' | null = null;

  readonly #answer: ChatAnswer;

  constructor(answer: ChatAnswer) {
    this.#answer = answer;
  }

  opening(): Buffer {
    return frame('messageStart', { role: 'assistant' });
  }

  content(_index: number, piece: Piece): Buffer {
    switch (piece.kind) {
      case 'text': {
        const begin = this.#open === 'text' ? NOTHING : this.#begin('text');
        return Buffer.concat([begin, this.#delta({ text: piece.text })]);
      }
      case 'call': {
        const begin = this.#begin('call');
        const start = { toolUse: { toolUseId: piece.id, name: piece.name } };
        const contentBlockIndex = this.#block;
        return Buffer.concat([begin, frame('contentBlockStart', { start, contentBlockIndex })]);
      }
      case 'arguments':
        return this.#delta({ toolUse: { input: piece.text } });
    }
  }

  closing(_index: number, reason: FinishReason): Buffer {
    const stop = frame('messageStop', { stopReason: stopReasons[reason] });
    return Buffer.concat([this.#end(), stop]);
  }

  tail(): Buffer {
    return frame('metadata', { usage: usageOf(this.#answer), metrics: { latencyMs: 1 } });
  }

  #begin(kind: 'text' | 'call'): Buffer {
    const ended = this.#end();
    this.#open = kind;
    this.#block += 1;
    return ended;
  }

  #delta(delta: object): Buffer {
    return frame('contentBlockDelta', { delta, contentBlockIndex: this.#block });
  }

  #end(): Buffer {
    if (this.#open === null) return NOTHING;
    this.#open = null;
    return frame('contentBlockStop', { contentBlockIndex: this.#block });
  }
}
