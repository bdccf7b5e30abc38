import { type Failure, failure } from '@tollgate/contracts';
import type { AnswerPart } from '@tollgate/neutral';
import type { DecodedAnswer, WireRequest } from '../chat-wire.ts';
import { isRecord } from '../json/json-value.ts';
import { parseAnswer } from '../json/parse-answer.ts';
import { redactProviderText } from '../refusal/redact.ts';
import {
  beganAt,
  createdAtOf,
  decodeCalls,
  decodeFinish,
  decodeLogprobs,
  decodeUsage,
} from './decode-message.ts';

/** Reads the whole answer of `/api/chat`. */
export function decodeAnswer(body: Buffer, request: WireRequest): DecodedAnswer {
  const raw = parseAnswer(body);
  if (!raw) return invalid('the answer is no JSON object');
  if (raw.error !== undefined) return { ok: false, failure: errorInside(raw.error) };
  const { message } = raw;
  if (!isRecord(message) || raw.done !== true)
    return invalid('the answer has no message or is not done');
  const calls = decodeCalls(message, beganAt(raw), 0);
  const parts: readonly AnswerPart[] = [
    ...textPart('reasoning', message.thinking),
    ...textPart('text', message.content),
    ...calls.map((call): AnswerPart => ({ type: 'tool-call', ...call, kind: 'function' })),
  ];
  const finish = decodeFinish(raw, calls.length > 0);
  const usage = decodeUsage(raw);
  const logprobs = decodeLogprobs(raw);
  return {
    ok: true,
    answer: {
      id: '',
      model: typeof raw.model === 'string' ? raw.model : request.model,
      createdAt: createdAtOf(raw),
      choices: [{ index: 0, parts, finish, ...(logprobs.length === 0 ? {} : { logprobs }) }],
      usage,
    },
    facts: {
      usage,
      reportedCostPicoUsd: null,
      finishReason: finish.raw,
      estimateOutputTokens: () => Math.ceil(JSON.stringify(parts).length / 4),
    },
  };
}

/** What an error inside a 200 means: the model's runner failed. Its text stays in the log. */
export function errorInside(error: unknown): Failure {
  const said = redactProviderText(typeof error === 'string' ? error : JSON.stringify(error), null);
  return failure('provider.server_error', { internal: `error inside a 200: ${said}` });
}

function textPart(type: 'reasoning' | 'text', text: unknown): readonly AnswerPart[] {
  return typeof text === 'string' && text !== '' ? [{ type, text }] : [];
}

function invalid(internal: string): DecodedAnswer {
  return { ok: false, failure: failure('provider.invalid_answer', { internal }) };
}
