import type { Call } from '../http/call.ts';
import type { ChatAnswer, FinishReason, Piece } from '../openai/chat-answer.ts';
import type { ChunkFormat } from '../openai/chat-wire-format.ts';
import { invalidRequest } from '../openai/refusal.ts';
import type { Refusal } from '../openai/refusal.ts';
import type { VendorChat } from '../vendor-chat/vendor-chat.ts';
import { argumentsOf, signatureOf, wholeChoice } from '../vendor-chat/whole-answer.ts';
import { parseContents } from './parse-contents.ts';
import { type Modality, modalityOf, partOf } from './spoken-part.ts';

const finishReasons = {
  stop: 'STOP',
  length: 'MAX_TOKENS',
  tool_calls: 'STOP',
} as const satisfies Record<FinishReason, string>;

/** Google's generateContent, https://ai.google.dev/api/generate-content. */
export const geminiChat: VendorChat = {
  idPrefix: '',
  parse: (body, target) =>
    target ? parseContents(body, target) : invalidRequest('the URL names no model', null),
  unary: (answer, body) => JSON.stringify(wholeBody(answer, modalityOf(body))),
  stream: (answer, call, body) => new ContentStream(answer, isSse(call), modalityOf(body)),
  say: (refusal) => JSON.stringify(errorOf(refusal)),
};

function isSse(call: Call): boolean {
  return call.query?.get('alt') === 'sse';
}

function wholeBody(answer: ChatAnswer, modality: Modality): object {
  const candidates = answer.choices.map((choice, index) => {
    const { text, calls } = wholeChoice(choice);
    const said = text === '' ? [] : [partOf(text, modality)];
    const parts = [...said, ...calls.map(callPart)];
    const finishReason = finishReasons[choice.finishReason];
    return { content: { parts, role: 'model' }, finishReason, index };
  });
  return { candidates, ...tailOf(answer) };
}

function callPart(call: ReturnType<typeof wholeChoice>['calls'][number]): object {
  const functionCall = { name: call.name, args: argumentsOf(call) };
  return { functionCall, thoughtSignature: signatureOf(call.name) };
}

/** Google counts thoughts apart from the candidates' tokens. */
function tailOf({ id, model, usage }: ChatAnswer): object {
  const thoughts = usage.completion_tokens_details.reasoning_tokens;
  const cached = usage.prompt_tokens_details.cached_tokens;
  return {
    usageMetadata: {
      promptTokenCount: usage.prompt_tokens,
      candidatesTokenCount: usage.completion_tokens - thoughts,
      ...(thoughts > 0 ? { thoughtsTokenCount: thoughts } : {}),
      ...(cached > 0 ? { cachedContentTokenCount: cached } : {}),
      totalTokenCount: usage.total_tokens,
    },
    modelVersion: model,
    responseId: id,
  };
}

const statuses: Readonly<Record<number, string>> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  429: 'RESOURCE_EXHAUSTED',
  500: 'INTERNAL',
  503: 'UNAVAILABLE',
};

function errorOf({ status, message }: Refusal): object {
  const name = statuses[status] ?? (status < 500 ? 'INVALID_ARGUMENT' : 'INTERNAL');
  return { error: { code: status, message, status: name } };
}

/** Server-sent events with CRLF, or one JSON array. Calls come whole, at the end. */
class ContentStream implements ChunkFormat {
  readonly contentType: string;
  #hasBegun = false;

  readonly #answer: ChatAnswer;
  readonly #isSse: boolean;
  readonly #modality: Modality;

  constructor(answer: ChatAnswer, isSse: boolean, modality: Modality) {
    this.#answer = answer;
    this.#isSse = isSse;
    this.#modality = modality;
    this.contentType = isSse ? 'text/event-stream' : 'application/json; charset=UTF-8';
  }

  opening(): string {
    return '';
  }

  content(index: number, piece: Piece): string {
    if (piece.kind !== 'text') return '';
    return this.#chunk({
      candidates: [
        { content: { parts: [partOf(piece.text, this.#modality)], role: 'model' }, index },
      ],
      modelVersion: this.#answer.model,
      responseId: this.#answer.id,
    });
  }

  closing(index: number, reason: FinishReason): string {
    const parts = wholeChoice(this.#answer.choices[index]).calls.map(callPart);
    const content = { parts: parts.length > 0 ? parts : [{ text: '' }], role: 'model' };
    const candidate = { content, finishReason: finishReasons[reason], index };
    return this.#chunk({ candidates: [candidate], ...tailOf(this.#answer) });
  }

  tail(): string {
    return this.#isSse ? '' : ']';
  }

  #chunk(value: object): string {
    if (this.#isSse) return `data: ${JSON.stringify(value)}\r\n\r\n`;
    const before = this.#hasBegun ? ',\r\n' : '[';
    this.#hasBegun = true;
    return before + JSON.stringify(value);
  }
}
