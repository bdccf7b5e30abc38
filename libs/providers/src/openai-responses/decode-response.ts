import { failure } from '@tollgate/contracts';
import { isRecord } from '../json/json-value.ts';
import { parseAnswer } from '../json/parse-answer.ts';
import type { AnswerFacts, DecodedResponse } from '../provider.ts';
import { type CostReport, decodeResponsesCost, decodeResponsesUsage } from './decode-usage.ts';
import { failureInside, readOutcome } from './response-outcome.ts';

export interface ResponsesReading {
  readonly credential: string | null;
  readonly costReport: CostReport;
}

/** Reads a whole `response` object; its bytes go to the client as they are. */
export function decodeResponse(body: Buffer, reading: ResponsesReading): DecodedResponse {
  const read = readResponse(body, reading);
  return read.ok ? { ok: true, body, facts: read.facts } : read;
}

export type ReadResponse =
  | {
      readonly ok: true;
      readonly response: Readonly<Record<string, unknown>>;
      readonly output: readonly unknown[];
      readonly facts: AnswerFacts;
    }
  | Extract<DecodedResponse, { ok: false }>;

/** The `response` object and what it says about itself. */
export function readResponse(
  body: Buffer,
  { credential, costReport }: ResponsesReading,
): ReadResponse {
  const response = parseAnswer(body);
  if (!response) return invalid('the answer is no JSON object');
  const { output, error, usage } = response;
  if (!Array.isArray(output)) {
    if (!isRecord(error)) return invalid('the answer has no output');
    return { ok: false, failure: failureInside(error, credential) };
  }
  const outcome = readOutcome(response, credential);
  if (!outcome.ok) return outcome;
  const facts: AnswerFacts = {
    usage: decodeResponsesUsage(usage, output),
    reportedCostPicoUsd: decodeResponsesCost(usage, costReport),
    finishReason: outcome.finishReason,
    estimateOutputTokens: () => estimateOutputTokens(output),
  };
  return { ok: true, response, output, facts };
}

/** About four bytes a token, over all that was generated. */
export function estimateOutputTokens(output: readonly unknown[]): number {
  return Math.ceil(Buffer.byteLength(JSON.stringify(output)) / 4);
}

function invalid(internal: string): Extract<DecodedResponse, { ok: false }> {
  return { ok: false, failure: failure('provider.invalid_answer', { internal }) };
}
