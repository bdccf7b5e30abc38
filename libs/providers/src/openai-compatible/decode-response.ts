import { failure } from '@tollgate/contracts';
import { scanTopLevel } from '@tollgate/dialects';
import type { AnswerFacts, DecodedResponse } from '../provider.ts';
import { decodeErrorInside } from './decode-failure.ts';
import { decodeReportedCost, decodeUsage } from './decode-usage.ts';
import { isRecord, parseJson } from './json-value.ts';
import { readError } from './provider-error.ts';
import type { Quirks } from './quirks.ts';

/** Above this size an answer's nesting is checked before it is parsed. */
const LARGE = 256 * 1024;
const MAX_DEPTH = 256;

/** Reads a whole answer; its bytes go to the client as they are. */
export function decodeResponse(
  body: Buffer,
  quirks: Quirks,
  credential: string | null,
): DecodedResponse {
  const isSafe = body.length <= LARGE || scanTopLevel(body, { maxDepth: MAX_DEPTH }).ok;
  const answer = isSafe ? parseJson(body.toString()) : undefined;
  if (!isRecord(answer)) return invalid('the answer is no JSON object');
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
    if (isRecord(choice)) bytes += Buffer.byteLength(JSON.stringify(choice.message ?? ''));
  }
  return Math.ceil(bytes / 4);
}

function invalid(internal: string): DecodedResponse {
  return { ok: false, failure: failure('provider.invalid_answer', { internal }) };
}
