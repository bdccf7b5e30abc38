import { failure } from '@tollgate/contracts';
import type { AnswerFacts, DecodedResponse } from '../provider.ts';
import { decodeErrorInside } from './decode-failure.ts';
import { decodeReportedCost, decodeUsage } from './decode-usage.ts';
import { isRecord } from '../json/json-value.ts';
import { parseAnswer } from '../json/parse-answer.ts';
import { readError } from '../refusal/provider-error.ts';
import type { Quirks } from './quirks.ts';

/** Reads a whole answer; its bytes go to the client as they are. */
export function decodeResponse(
  body: Buffer,
  quirks: Quirks,
  credential: string | null,
): DecodedResponse {
  const answer = parseAnswer(body);
  if (!answer) return invalid('the answer is no JSON object');
  const { choices } = answer;
  if (!Array.isArray(choices)) {
    if (!isRecord(answer.error)) return invalid('the answer has no choices');
    return { ok: false, failure: decodeErrorInside(readError(answer.error), credential) };
  }
  const facts: AnswerFacts = {
    usage: decodeUsage(answer.usage, quirks),
    reportedCostPicoUsd: decodeReportedCost(answer.usage, quirks),
    finishReason: finishReasonOf(choices),
    estimateOutputTokens: () => estimateOutputTokens(choices),
  };
  return { ok: true, body, facts };
}

/** The finish reason of the first choice that has one. */
export function finishReasonOf(choices: readonly unknown[]): string | null {
  for (const choice of choices) {
    if (isRecord(choice) && typeof choice.finish_reason === 'string')
      return choice.finish_reason.slice(0, 64);
  }
  return null;
}

/** About four bytes a token, over all that was generated. */
function estimateOutputTokens(choices: readonly unknown[]): number {
  let bytes = 0;
  for (const choice of choices) {
    if (isRecord(choice))
      bytes += Buffer.byteLength(JSON.stringify(choice.message ?? choice.text ?? ''));
  }
  return Math.ceil(bytes / 4);
}

function invalid(internal: string): DecodedResponse {
  return { ok: false, failure: failure('provider.invalid_answer', { internal }) };
}
