import { failure } from '@tollgate/contracts';
import type { PlainOperation } from '@tollgate/neutral';
import { decodeErrorInside } from '../openai-compatible/decode-failure.ts';
import { decodeReportedCost } from '../openai-compatible/decode-usage.ts';
import type { Quirks } from '../openai-compatible/quirks.ts';
import { isRecord } from '../json/json-value.ts';
import { parseAnswer } from '../json/parse-answer.ts';
import type { AnswerFacts, ClientRequest, DecodedResponse } from '../provider.ts';
import { readError } from '../refusal/provider-error.ts';
import { audioFormatAsked, estimateAudioTokens } from './audio-format.ts';
import { encodingAsked, inEncodingAsked } from './decode-embeddings.ts';
import { decodeOperationUsage, decodeTicks } from './decode-usage.ts';

export interface OperationReading {
  readonly quirks: Quirks;
  readonly credential: string | null;
}

type Json = Readonly<Record<string, unknown>>;

/** Reads a whole answer; its bytes go to the client as they are wherever the client can read them. */
export function decodeResponse(
  operation: PlainOperation,
  request: ClientRequest,
  body: Buffer,
  contentType: string | undefined,
  reading: OperationReading,
): DecodedResponse {
  const answer = body[0] === 0x7b || operation !== 'speech' ? parseAnswer(body) : undefined;
  if (answer && isRecord(answer.error) && isEmpty(answer))
    return { ok: false, failure: decodeErrorInside(readError(answer.error), reading.credential) };
  switch (operation) {
    case 'embeddings':
      return decodeEmbeddings(request, body, answer, reading);
    case 'images':
      if (!Array.isArray(answer?.data)) return invalid('the answer has no data');
      return { ok: true, body, facts: factsOf(answer, reading) };
    case 'moderation':
      return decodeModeration(body, answer, reading);
    case 'transcription':
      return decodeTranscription(body, answer, contentType, reading);
    case 'speech':
      return decodeSpeech(request, body, answer, contentType, reading);
  }
}

/** Nothing stands beside the error. */
function isEmpty({ data, results, text, audio_data: audio }: Json): boolean {
  return [data, results, text, audio].every((part) => part === undefined || part === null);
}

function decodeEmbeddings(
  request: ClientRequest,
  body: Buffer,
  answer: Json | undefined,
  reading: OperationReading,
): DecodedResponse {
  const data = answer?.data;
  if (!answer || !Array.isArray(data) || data.length === 0) return invalid('there are no vectors');
  const changed = inEncodingAsked(answer, data, encodingAsked(request.body));
  if (changed === undefined) return invalid('a vector is none');
  const facts = factsOf(answer, reading);
  return { ok: true, body: changed ? Buffer.from(JSON.stringify(changed)) : body, facts };
}

/** Mistral leaves out `flagged`, which OpenAI's clients go by. */
function decodeModeration(
  body: Buffer,
  answer: Json | undefined,
  reading: OperationReading,
): DecodedResponse {
  const results = answer?.results;
  if (!answer || !Array.isArray(results)) return invalid('the answer has no results');
  const facts = factsOf(answer, reading);
  if (results.every((result) => isRecord(result) && typeof result.flagged === 'boolean'))
    return { ok: true, body, facts };
  const flagged = results.map((result) => {
    const categories = isRecord(result) && isRecord(result.categories) ? result.categories : {};
    return { flagged: Object.values(categories).includes(true), ...result };
  });
  return { ok: true, body: Buffer.from(JSON.stringify({ ...answer, results: flagged })), facts };
}

/** Plain text, subtitles or JSON, as was asked for. */
function decodeTranscription(
  body: Buffer,
  answer: Json | undefined,
  contentType: string | undefined,
  reading: OperationReading,
): DecodedResponse {
  if (answer && typeof answer.text === 'string')
    return { ok: true, body, facts: factsOf(answer, reading, answer.text.length) };
  if (contentType?.startsWith('application/json')) return invalid('the answer has no text');
  const facts = factsOf({}, reading, body.length);
  return { ok: true, body, contentType: contentType ?? 'text/plain; charset=utf-8', facts };
}

/** Sound; Mistral sends it as base64 in JSON. */
function decodeSpeech(
  request: ClientRequest,
  body: Buffer,
  answer: Json | undefined,
  contentType: string | undefined,
  reading: OperationReading,
): DecodedResponse {
  const format = audioFormatAsked(request.body);
  const wrapped = answer?.audio_data;
  const audio = typeof wrapped === 'string' ? Buffer.from(wrapped, 'base64') : body;
  if (audio.length === 0 || (answer && audio === body)) return invalid('there is no sound');
  const facts = {
    ...factsOf(answer ?? {}, reading),
    estimateOutputTokens: () => estimateAudioTokens(audio.length, format),
  };
  const isNamed = audio === body && contentType !== undefined;
  return { ok: true, body: audio, contentType: isNamed ? contentType : format.mediaType, facts };
}

/** @param chars of text that was generated */
function factsOf({ usage }: Json, { quirks }: OperationReading, chars = 0): AnswerFacts {
  return {
    usage: decodeOperationUsage(usage),
    reportedCostPicoUsd: quirks.operations.reportsTicks
      ? decodeTicks(usage)
      : decodeReportedCost(usage, quirks),
    finishReason: null,
    estimateOutputTokens: () => Math.ceil(chars / 4),
  };
}

function invalid(internal: string): DecodedResponse {
  return { ok: false, failure: failure('provider.invalid_answer', { internal }) };
}
