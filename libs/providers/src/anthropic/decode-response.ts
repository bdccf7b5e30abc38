import { failure, NO_USAGE } from '@tollgate/contracts';
import { isRecord } from '../json/json-value.ts';
import { parseAnswer } from '../json/parse-answer.ts';
import type { AnswerFacts, DecodedResponse } from '../provider.ts';
import { decodeErrorInside } from './decode-failure.ts';
import { decodeUsage } from './decode-usage.ts';

export type Message = Readonly<Record<string, unknown>> & { readonly content: readonly unknown[] };

export type ReadMessage =
  | { readonly ok: true; readonly message: Message; readonly facts: AnswerFacts }
  | Extract<DecodedResponse, { readonly ok: false }>;

/** Reads a whole message; its bytes go to the client as they are. */
export function decodeResponse(body: Buffer, credential: string | null): DecodedResponse {
  const read = readMessage(body, credential);
  return read.ok ? { ok: true, body, facts: read.facts } : read;
}

/** Reads a count of tokens, which costs nothing. */
export function decodeCount(body: Buffer, credential: string | null): DecodedResponse {
  const answer = parseAnswer(body);
  if (!answer) return invalid('the answer is no JSON object');
  if (typeof answer.input_tokens === 'number') return { ok: true, body, facts: FREE };
  if (!isRecord(answer.error)) return invalid('the answer has no input_tokens');
  return { ok: false, failure: decodeErrorInside(answer.error, credential) };
}

export function readMessage(body: Buffer, credential: string | null): ReadMessage {
  const message = parseAnswer(body);
  if (!message) return invalid('the answer is no JSON object');
  if (!hasContent(message)) {
    if (!isRecord(message.error)) return invalid('the answer has no content');
    return { ok: false, failure: decodeErrorInside(message.error, credential) };
  }
  const { stop_reason: reason, content } = message;
  const facts: AnswerFacts = {
    usage: decodeUsage(message.usage),
    reportedCostPicoUsd: null,
    finishReason: typeof reason === 'string' ? reason.slice(0, 64) : null,
    estimateOutputTokens: () => Math.ceil(Buffer.byteLength(JSON.stringify(content)) / 4),
  };
  return { ok: true, message, facts };
}

const FREE: AnswerFacts = {
  usage: NO_USAGE,
  reportedCostPicoUsd: null,
  finishReason: null,
  estimateOutputTokens: () => 0,
};

function hasContent(message: Readonly<Record<string, unknown>>): message is Message {
  return Array.isArray(message.content);
}

function invalid(internal: string): Extract<DecodedResponse, { readonly ok: false }> {
  return { ok: false, failure: failure('provider.invalid_answer', { internal }) };
}
