import type { Answer, AnswerPart, Finish, FinishReason } from '@tollgate/neutral';
import type { DecodedAnswer } from '../chat-wire.ts';
import { readResponse, type ResponsesReading } from './decode-response.ts';
import { decodeItem, decodeLogprobs, recordsIn, text } from './decode-items.ts';
import type { Json } from './encode-media.ts';

/** Reads a whole `response` in neutral terms. */
export function decodeAnswer(body: Buffer, reading: ResponsesReading): DecodedAnswer {
  const read = readResponse(body, reading);
  if (!read.ok) return read;
  const { response, facts } = read;
  const items = recordsIn(response.output);
  const parts = items.flatMap(decodeItem);
  const logprobs = items
    .filter(({ type }) => type === 'message')
    .flatMap(({ content }) => recordsIn(content).flatMap((part) => decodeLogprobs(part.logprobs)));
  const answer: Answer = {
    ...decodeHead(response),
    choices: [
      {
        index: 0,
        parts,
        finish: decodeFinish(facts.finishReason, parts),
        ...(logprobs.length > 0 ? { logprobs } : {}),
      },
    ],
    usage: facts.usage,
  };
  return { ok: true, answer, facts };
}

export function decodeHead(response: Json): Omit<Answer, 'choices' | 'usage'> {
  const { created_at: createdAt, service_tier: serviceTier } = response;
  return {
    id: text(response.id),
    model: text(response.model),
    createdAt: typeof createdAt === 'number' ? Math.floor(createdAt) : null,
    ...(typeof serviceTier === 'string' ? { serviceTier } : {}),
  };
}

/** @param raw the response's status, or why it is incomplete */
export function decodeFinish(raw: string | null, parts: readonly AnswerPart[]): Finish {
  return { reason: reasonOf(raw, parts), raw };
}

function reasonOf(raw: string | null, parts: readonly AnswerPart[]): FinishReason {
  if (raw === 'max_output_tokens' || raw === 'max_tokens') return 'length';
  if (raw === 'content_filter') return 'content_filter';
  if (raw !== 'completed') return 'other';
  if (parts.some(({ type }) => type === 'tool-call')) return 'tool_calls';
  return parts.some(({ type }) => type === 'refusal') ? 'refusal' : 'stop';
}
