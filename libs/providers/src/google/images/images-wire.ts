import { failure, succeed } from '@tollgate/contracts';
import type {
  FetchedMediaMap,
  GeneratedImage,
  ImageRequest,
  Losses,
  MediaSource,
} from '@tollgate/neutral';
import { isRecord } from '../../json/json-value.ts';
import { parseAnswer } from '../../json/parse-answer.ts';
import type { DecodedOperation, OperationRequest, OperationWire } from '../../operation-wire.ts';
import { blockReasonOf, candidatesOf, partsOf } from '../chunk-facts.ts';
import { decodeErrorInside } from '../decode-failure.ts';
import { decodeUsage } from '../decode-usage.ts';
import type { GoogleEndpoint } from '../endpoint.ts';
import { finishReasonName } from '../enum-names.ts';
import { WHOLE } from '../methods.ts';

type Fields = Readonly<Record<string, unknown>>;

/**
 * Pictures by Gemini's image models, which draw, and change what they are given, through `generateContent`, one for each call. Imagen is left out: Google
 * retires it (aistudio.google.com/docs/deprecations#imagen-models, 2026-11).
 */
export function imagesWire(
  { headers, pathOf }: GoogleEndpoint,
  credential: string | null,
): OperationWire<'images'> {
  return {
    mediaToFetch: ({ originals = [] }) => [
      ...new Set(originals.flatMap((source) => (source.kind === 'url' ? [source.url] : []))),
    ],
    encodeRequest: (asked) =>
      succeed({
        path: pathOf(asked.model, WHOLE),
        headers,
        body: Buffer.from(JSON.stringify(encodeBody(asked))),
        droppedParams: [],
      }),
    decodeAnswer: (body) => decodeAnswer(body, credential),
  };
}

/** Google takes shapes, not pixels; the square is as large as was asked for, the others come near. */
const SHAPES: Readonly<Record<string, string>> = {
  '1024x1024': '1:1',
  '1536x1024': '3:2',
  '1024x1536': '2:3',
  '1792x1024': '16:9',
  '1024x1792': '9:16',
};
const EXACT = '1024x1024';

function encodeBody({ request, losses, fetched }: OperationRequest<'images'>): Fields {
  const { prompt, originals = [], count = 1, size = 'auto' } = request;
  if (request.mask) losses.refuse('mask');
  if (count > 1) losses.refuse('n');
  // What comes is in the answer itself.
  if (request.delivery === 'url') losses.refuse('response_format');
  const aspectRatio = SHAPES[size];
  if (size !== 'auto' && aspectRatio === undefined) losses.refuse('size');
  if (aspectRatio !== undefined && size !== EXACT) losses.adapt('size');
  for (const [field, name] of DROPPED) if (request[field] !== undefined) losses.drop(name);
  for (const name of Object.keys(request.others)) losses.drop(name);
  const pictures = originals.flatMap((source) => encodeOriginal(source, fetched, losses));
  return {
    contents: [{ role: 'user', parts: [...pictures, { text: prompt }] }],
    generationConfig: {
      responseModalities: ['IMAGE'],
      ...(aspectRatio === undefined ? {} : { imageConfig: { aspectRatio } }),
    },
  };
}

/** A picture that is to be changed; ids of files are their vendor's alone. */
function encodeOriginal(
  source: MediaSource,
  fetched: FetchedMediaMap,
  losses: Losses,
): readonly Fields[] {
  const data = source.kind === 'url' ? fetched.get(source.url) : source;
  if (data && 'base64' in data)
    return [{ inlineData: { mimeType: data.mediaType, data: data.base64 } }];
  losses.refuse('image');
  return [];
}

/** What Gemini has no word for, by OpenAI's names. */
const DROPPED = [
  ['quality', 'quality'],
  ['style', 'style'],
  ['background', 'background'],
  ['outputFormat', 'output_format'],
  ['outputCompression', 'output_compression'],
  ['endUser', 'user'],
] as const satisfies readonly (readonly [keyof ImageRequest, string])[];

function decodeAnswer(body: Buffer, credential: string | null): DecodedOperation<'images'> {
  const answer = parseAnswer(body);
  if (!answer) return invalid('the answer is no JSON object');
  if (isRecord(answer.error))
    return { ok: false, failure: decodeErrorInside(answer.error, credential) };
  const candidates = candidatesOf(answer);
  const images = candidates
    .flatMap(partsOf)
    .map(decodeImage)
    .filter((image) => image !== null);
  if (images.length === 0) return withoutImage(answer, candidates);
  const usage = decodeUsage(answer.usageMetadata);
  const facts = {
    usage,
    reportedCostPicoUsd: null,
    finishReason: finishReasonName(candidates[0]?.finishReason),
    estimateOutputTokens: () => images.length * TOKENS_OF_AN_IMAGE,
  };
  return { ok: true, answer: { createdAt: null, images, usage }, facts };
}

/** Of 1024 × 1024 pixels (ai.google.dev/gemini-api/docs/image-generation, 2026-11). */
const TOKENS_OF_AN_IMAGE = 1_290;

/** Sketches that the model made while it thought are no answer. */
function decodeImage({ inlineData, thought }: Fields): GeneratedImage | null {
  if (!isRecord(inlineData) || thought === true) return null;
  const { mimeType, data } = inlineData;
  if (typeof data !== 'string' || data === '') return null;
  const mediaType = typeof mimeType === 'string' ? mimeType : 'image/png';
  return { source: { kind: 'data', mediaType, base64: data } };
}

function withoutImage(answer: Fields, candidates: readonly Fields[]): DecodedOperation<'images'> {
  const finish = finishReasonName(candidates[0]?.finishReason);
  const isFiltered = blockReasonOf(answer) !== null || FILTERED.test(finish ?? '');
  if (!isFiltered) return invalid(`no picture came (${finish ?? 'no reason'})`);
  return { ok: false, failure: failure('provider.content_filtered', { internal: finish ?? '' }) };
}

const FILTERED = /SAFETY|PROHIBITED|BLOCKLIST|RECITATION|SPII/;

function invalid(internal: string): DecodedOperation<'images'> {
  return { ok: false, failure: failure('provider.invalid_answer', { internal }) };
}
