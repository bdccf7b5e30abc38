import { failure } from '@tollgate/contracts';
import { isRecord } from '../json/json-value.ts';
import { parseAnswer } from '../json/parse-answer.ts';
import type { AnswerFacts, DecodedResponse } from '../provider.ts';
import { blockReasonOf, candidatesOf, ChunkFacts } from './chunk-facts.ts';
import { decodeErrorInside } from './decode-failure.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Reads a whole answer; its bytes go to the client as they are, a refused prompt included. */
export function decodeResponse(body: Buffer, credential: string | null): DecodedResponse {
  const read = readWhole(body, credential);
  return read.ok ? { ok: true, body, facts: factsOf(read.answer) } : read;
}

export type WholeReading =
  | { readonly ok: true; readonly answer: Fields }
  | Extract<DecodedResponse, { readonly ok: false }>;

export function readWhole(body: Buffer, credential: string | null): WholeReading {
  const answer = parseAnswer(body);
  if (!answer) return invalid('the answer is no JSON object');
  if (isRecord(answer.error))
    return { ok: false, failure: decodeErrorInside(answer.error, credential) };
  if (candidatesOf(answer).length === 0 && blockReasonOf(answer) === null)
    return invalid('the answer has no candidates');
  return { ok: true, answer };
}

export function factsOf(answer: Fields): AnswerFacts {
  const facts = new ChunkFacts();
  facts.note(answer);
  return {
    usage: facts.usage,
    reportedCostPicoUsd: null,
    finishReason: facts.finishReason,
    estimateOutputTokens: () => estimateOutputTokens(answer),
  };
}

/** About four bytes a token, over all that was generated. */
function estimateOutputTokens(answer: Fields): number {
  let bytes = 0;
  for (const { content } of candidatesOf(answer))
    bytes += Buffer.byteLength(JSON.stringify(content ?? ''));
  return Math.ceil(bytes / 4);
}

function invalid(internal: string): Extract<DecodedResponse, { readonly ok: false }> {
  return { ok: false, failure: failure('provider.invalid_answer', { internal }) };
}
