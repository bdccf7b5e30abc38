import type { JsonObject } from '../json-schema/json.ts';
import type { ChatAnswer, FinishReason, Piece } from '../openai/chat-answer.ts';
import type { ChunkFormat } from '../openai/chat-wire-format.ts';
import { refusalText } from '../openai/refusal.ts';
import { namedEvent } from '../vendor-chat/sse.ts';
import type { VendorChat } from '../vendor-chat/vendor-chat.ts';
import { wholeChoice } from '../vendor-chat/whole-answer.ts';
import { parseResponses } from './parse-responses.ts';

/** OpenAI's responses, https://platform.openai.com/docs/api-reference/responses. */
export const responsesChat: VendorChat = {
  idPrefix: 'resp_',
  parse: (body) => parseResponses(body),
  unary: (answer, body) => JSON.stringify(finalResponse(answer, body)),
  stream: (answer, _call, body) => new ResponseStream(answer, body),
  say: refusalText,
};

/** The request's own fields come back in the answer, with their defaults. */
function responseHead(answer: ChatAnswer, body: JsonObject): object {
  return {
    id: answer.id,
    object: 'response',
    created_at: answer.created,
    error: null,
    incomplete_details: null,
    instructions: body.instructions ?? null,
    max_output_tokens: body.max_output_tokens ?? null,
    metadata: body.metadata ?? {},
    model: answer.model,
    parallel_tool_calls: body.parallel_tool_calls ?? true,
    previous_response_id: null,
    reasoning: body.reasoning ?? { effort: null, summary: null },
    service_tier: 'default',
    store: body.store ?? true,
    temperature: body.temperature ?? 1,
    text: body.text ?? { format: { type: 'text' } },
    tool_choice: body.tool_choice ?? 'auto',
    tools: body.tools ?? [],
    top_p: body.top_p ?? 1,
    truncation: 'disabled',
    user: null,
  };
}

function finalResponse(answer: ChatAnswer, body: JsonObject): object {
  const isCut = answer.choices[0]?.finishReason === 'length';
  const { usage } = answer;
  return {
    ...responseHead(answer, body),
    status: isCut ? 'incomplete' : 'completed',
    incomplete_details: isCut ? { reason: 'max_output_tokens' } : null,
    output: outputItems(answer),
    usage: {
      input_tokens: usage.prompt_tokens,
      input_tokens_details: { cached_tokens: usage.prompt_tokens_details.cached_tokens },
      output_tokens: usage.completion_tokens,
      output_tokens_details: {
        reasoning_tokens: usage.completion_tokens_details.reasoning_tokens,
      },
      total_tokens: usage.total_tokens,
    },
  };
}

function outputItems(answer: ChatAnswer): readonly object[] {
  const { text, calls } = wholeChoice(answer.choices[0]);
  const message = messageItem(answer, 'completed', [textPart(text)]);
  return [
    ...(text === '' ? [] : [message]),
    ...calls.map((call) => callItem(call.id, call.name, call.argumentsText, 'completed')),
  ];
}

function messageItem(answer: ChatAnswer, status: string, content: readonly object[]): object {
  return { id: `msg_${answer.id}`, type: 'message', status, content, role: 'assistant' };
}

function textPart(text: string): object {
  return { type: 'output_text', annotations: [], logprobs: [], text };
}

function callItem(id: string, name: string, args: string, status: string): object {
  return { id: `fc_${id}`, type: 'function_call', status, arguments: args, call_id: id, name };
}

interface OpenItem {
  readonly kind: 'message' | 'call';
  readonly id: string;
  readonly name: string;
  text: string;
}

/** Every event is numbered; an item ends before the next begins. */
class ResponseStream implements ChunkFormat {
  readonly contentType = 'text/event-stream; charset=utf-8';
  #sequence = 0;
  #index = -1;
  #item: OpenItem | null = null;

  readonly #answer: ChatAnswer;
  readonly #body: JsonObject;

  constructor(answer: ChatAnswer, body: JsonObject) {
    this.#answer = answer;
    this.#body = body;
  }

  opening(): string {
    const head = responseHead(this.#answer, this.#body);
    const response = { ...head, status: 'in_progress', output: [], usage: null };
    return (
      this.#event('response.created', { response }) +
      this.#event('response.in_progress', { response })
    );
  }

  content(_index: number, piece: Piece): string {
    switch (piece.kind) {
      case 'text': {
        const begin = this.#item?.kind === 'message' ? '' : this.#beginMessage();
        return begin + this.#delta('response.output_text.delta', piece.text);
      }
      case 'call':
        return this.#beginCall(piece.id, piece.name);
      case 'arguments':
        return this.#delta('response.function_call_arguments.delta', piece.text);
    }
  }

  closing(_index: number, reason: FinishReason): string {
    const response = finalResponse(this.#answer, this.#body);
    const name = reason === 'length' ? 'response.incomplete' : 'response.completed';
    return this.#endItem() + this.#event(name, { response });
  }

  tail(): string {
    return '';
  }

  #beginMessage(): string {
    const ended = this.#endItem();
    this.#index += 1;
    this.#item = { kind: 'message', id: `msg_${this.#answer.id}`, name: '', text: '' };
    const item = messageItem(this.#answer, 'in_progress', []);
    return (
      ended +
      this.#event('response.output_item.added', { output_index: this.#index, item }) +
      this.#onItem('response.content_part.added', { content_index: 0, part: textPart('') })
    );
  }

  #beginCall(id: string, name: string): string {
    const ended = this.#endItem();
    this.#index += 1;
    this.#item = { kind: 'call', id: `fc_${id}`, name, text: '' };
    const item = callItem(id, name, '', 'in_progress');
    return ended + this.#event('response.output_item.added', { output_index: this.#index, item });
  }

  #delta(name: string, delta: string): string {
    if (this.#item) this.#item.text += delta;
    const where = this.#item?.kind === 'message' ? { content_index: 0, logprobs: [] } : {};
    return this.#onItem(name, { ...where, delta });
  }

  #endItem(): string {
    const open = this.#item;
    if (open === null) return '';
    const { text, id, name } = open;
    const isMessage = open.kind === 'message';
    const ended = isMessage
      ? this.#onItem('response.output_text.done', { content_index: 0, text, logprobs: [] }) +
        this.#onItem('response.content_part.done', { content_index: 0, part: textPart(text) })
      : this.#onItem('response.function_call_arguments.done', { arguments: text, name });
    const item = isMessage
      ? messageItem(this.#answer, 'completed', [textPart(text)])
      : callItem(id.slice('fc_'.length), name, text, 'completed');
    const done = this.#event('response.output_item.done', { output_index: this.#index, item });
    this.#item = null;
    return ended + done;
  }

  #onItem(name: string, data: object): string {
    const where = { item_id: this.#item?.id ?? '', output_index: this.#index };
    return this.#event(name, { ...where, ...data });
  }

  #event(type: string, data: object): string {
    return namedEvent(type, { type, sequence_number: this.#sequence++, ...data });
  }
}
