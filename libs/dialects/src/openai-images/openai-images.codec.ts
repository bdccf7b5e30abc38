import { type Dialect, type Failure, type Result, succeed } from '@tollgate/contracts';
import type { GeneratedImage, ImageAnswer, ImageRequest } from '@tollgate/neutral';
import { optional } from '../json/optional.ts';
import { readObject } from '../json/read-object.ts';
import { jsonAnswer } from '../operation/json-answer.ts';
import { openAiUsage } from '../operation/openai-usage.ts';
import { invalid, numberOf, othersOf, textOf } from '../operation/read-fields.ts';
import type {
  EncodedAnswer,
  OperationCodec,
  OperationContext,
  OperationSource,
} from '../operation-codec.ts';

/** Neutral, or not the provider's matter. */
const KNOWN = new Set([
  'model',
  'prompt',
  'n',
  'size',
  'quality',
  'style',
  'background',
  'output_format',
  'output_compression',
  'response_format',
  'user',
  'metadata',
]);

/** OpenAI's image generation; Tollgate's own takes fewer fields and answers the same. */
export function imagesCodec(dialect: Dialect): OperationCodec<'images'> {
  return { dialect, operation: 'images', fieldNames: {}, decodeRequest, encodeAnswer };
}

export const openaiImagesCodec = imagesCodec('openai-images');

function decodeRequest({ body }: OperationSource): Result<ImageRequest, Failure> {
  const read = readObject(body);
  if (!read.ok) return read;
  const { fields } = read.value;
  const delivery = fields['response_format'] ?? undefined;
  if (delivery !== undefined && delivery !== 'url' && delivery !== 'b64_json') {
    const message = '"response_format" must be "url" or "b64_json".';
    return invalid({ param: 'response_format', message });
  }
  return succeed({
    prompt: textOf(fields, 'prompt') ?? '',
    ...optional('count', numberOf(fields, 'n')),
    ...optional('size', textOf(fields, 'size')),
    ...optional('quality', textOf(fields, 'quality')),
    ...optional('style', textOf(fields, 'style')),
    ...optional('background', textOf(fields, 'background')),
    ...optional('outputFormat', textOf(fields, 'output_format')),
    ...optional('outputCompression', numberOf(fields, 'output_compression')),
    ...optional('delivery', delivery && DELIVERIES[delivery]),
    ...optional('endUser', textOf(fields, 'user')),
    others: othersOf(fields, KNOWN),
  });
}

const DELIVERIES = { url: 'url', b64_json: 'base64' } as const;

function encodeAnswer(
  { createdAt, images, usage }: ImageAnswer,
  { nowS }: OperationContext,
): EncodedAnswer {
  return jsonAnswer({
    created: createdAt ?? nowS,
    data: images.map(encodeImage),
    ...(usage ? { usage: openAiUsage(usage) } : {}),
  });
}

function encodeImage({ source, revisedPrompt }: GeneratedImage): Readonly<Record<string, string>> {
  return {
    ...(source.kind === 'url' ? { url: source.url } : { b64_json: source.base64 }),
    ...(revisedPrompt === undefined ? {} : { revised_prompt: revisedPrompt }),
  };
}
