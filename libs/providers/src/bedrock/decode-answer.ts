import { failure } from '@tollgate/contracts';
import type { AnswerPart } from '@tollgate/neutral';
import type { DecodedAnswer, WireRequest } from '../chat-wire.ts';
import { isRecord } from '../json/json-value.ts';
import { parseAnswer } from '../json/parse-answer.ts';
import { decodeBlock } from './decode-blocks.ts';
import { decodeFinishReason } from './decode-finish-reason.ts';
import { decodeUsage } from './decode-usage.ts';
import { listOf } from './wire.ts';

/** Reads the whole answer of Converse, which has neither an id nor the model's name. */
export function decodeAnswer(body: Buffer, request: WireRequest): DecodedAnswer {
  const raw = parseAnswer(body);
  if (!raw) return invalid('the answer is no JSON object');
  const message = isRecord(raw.output) ? raw.output.message : undefined;
  if (!isRecord(message) || typeof raw.stopReason !== 'string')
    return invalid('the answer has no message or no stop reason');
  const parts: readonly AnswerPart[] = listOf(message.content)
    .filter(isRecord)
    .map((block) => decodeBlock(block, request.model));
  const finish = decodeFinishReason(raw.stopReason.slice(0, 64), request.conversation.stop);
  const usage = decodeUsage(raw.usage);
  const tier = isRecord(raw.serviceTier) ? raw.serviceTier.type : undefined;
  return {
    ok: true,
    answer: {
      id: '',
      model: request.model,
      createdAt: null,
      choices: [{ index: 0, parts, finish }],
      usage,
      ...(typeof tier === 'string' ? { serviceTier: tier } : {}),
    },
    facts: {
      usage,
      reportedCostPicoUsd: null,
      finishReason: finish.raw,
      estimateOutputTokens: () => Math.ceil(JSON.stringify(parts).length / 4),
    },
  };
}

function invalid(internal: string): DecodedAnswer {
  return { ok: false, failure: failure('provider.invalid_answer', { internal }) };
}
