import { succeed } from '@tollgate/contracts';
import type { GeneratedImage, ImageRequest, Losses, MediaSource } from '@tollgate/neutral';
import { failure } from '@tollgate/contracts';
import { isRecord } from '../json/json-value.ts';
import { parseAnswer } from '../json/parse-answer.ts';
import { decodeErrorInside } from '../openai-compatible/decode-failure.ts';
import type { OperationEndpointParts } from '../openai-operations/embeddings-wire.ts';
import { operationPath } from '../openai-operations/endpoints.ts';
import { decodeTicks } from '../openai-operations/decode-usage.ts';
import type { DecodedOperation, OperationWire } from '../operation-wire.ts';
import { readError } from '../refusal/provider-error.ts';

type Json = Readonly<Record<string, unknown>>;

/** xAI's edits of pictures, which are JSON where OpenAI's are a form (docs.x.ai/docs/guides/image-generations, 2026-11). */
export function xaiImageEdits({
  chatPathOf,
  headers,
  reading,
}: OperationEndpointParts): OperationWire<'images'> {
  return {
    encodeRequest: ({ request, model, losses }) =>
      succeed({
        path: operationPath(chatPathOf(model), 'image_edits'),
        headers,
        body: Buffer.from(JSON.stringify({ model, ...encodeFields(request, losses) })),
        droppedParams: [],
      }),
    decodeAnswer: (body) => decodeAnswer(body, reading.credential),
  };
}

function encodeFields(request: ImageRequest, losses: Losses): Json {
  const { prompt, originals = [], mask, count, delivery, endUser, others } = request;
  if (mask) losses.refuse('mask');
  for (const [field, name] of DROPPED) if (request[field] !== undefined) losses.drop(name);
  for (const name of Object.keys(others)) losses.drop(name);
  const format = delivery === 'base64' ? 'b64_json' : delivery;
  return {
    prompt,
    images: originals.flatMap((source) => encodeSource(source, losses)),
    ...(count === undefined ? {} : { n: count }),
    ...(format === undefined ? {} : { response_format: format }),
    ...(endUser === undefined ? {} : { user: endUser }),
  };
}

/** What xAI has no word for, by OpenAI's names. */
const DROPPED = [
  ['size', 'size'],
  ['quality', 'quality'],
  ['style', 'style'],
  ['background', 'background'],
  ['outputFormat', 'output_format'],
  ['outputCompression', 'output_compression'],
] as const satisfies readonly (readonly [keyof ImageRequest, string])[];

function encodeSource(source: MediaSource, losses: Losses): readonly Json[] {
  if (source.kind === 'url') return [{ type: 'image_url', url: source.url }];
  if (source.kind === 'data')
    return [{ type: 'image_url', url: `data:${source.mediaType};base64,${source.base64}` }];
  losses.refuse('image');
  return [];
}

function decodeAnswer(body: Buffer, credential: string | null): DecodedOperation<'images'> {
  const answer = parseAnswer(body);
  if (answer && isRecord(answer.error))
    return { ok: false, failure: decodeErrorInside(readError(answer.error), credential) };
  const data: readonly unknown[] = Array.isArray(answer?.data) ? answer.data : [];
  const images = data.map(decodeImage).filter((image) => image !== null);
  if (images.length === 0) return invalid('the answer has no pictures');
  const facts = {
    usage: null,
    reportedCostPicoUsd: decodeTicks(answer?.usage),
    finishReason: null,
    estimateOutputTokens: () => 0,
  };
  return { ok: true, answer: { createdAt: null, images, usage: null }, facts };
}

function decodeImage(item: unknown): GeneratedImage | null {
  if (!isRecord(item)) return null;
  const { url, b64_json: base64, mime_type: type, revised_prompt: prompt } = item;
  const revised = typeof prompt === 'string' && prompt !== '' ? { revisedPrompt: prompt } : {};
  if (typeof url === 'string' && url !== '') return { source: { kind: 'url', url }, ...revised };
  if (typeof base64 !== 'string' || base64 === '') return null;
  const mediaType = typeof type === 'string' ? type : 'image/jpeg';
  return { source: { kind: 'data', mediaType, base64 }, ...revised };
}

function invalid(internal: string): DecodedOperation<'images'> {
  return { ok: false, failure: failure('provider.invalid_answer', { internal }) };
}
