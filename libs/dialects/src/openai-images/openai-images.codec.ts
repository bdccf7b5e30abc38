import {
  type Dialect,
  type Failure,
  type Result,
  succeed,
  type TokenUsage,
} from '@tollgate/contracts';
import type { GeneratedImage, ImageAnswer, ImageRequest } from '@tollgate/neutral';
import { optional } from '../json/optional.ts';
import { readObject } from '../json/read-object.ts';
import { jsonAnswer } from '../operation/json-answer.ts';
import { openAiUsage } from '../operation/openai-usage.ts';
import { type Fields, invalid, numberOf, othersOf, textOf } from '../operation/read-fields.ts';
import { serverSentEvent } from '../operation/server-sent-event.ts';
import type {
  EncodedAnswer,
  OperationCodec,
  OperationContext,
  OperationStreamEncoder,
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
  'stream',
  'user',
  'metadata',
]);

/** OpenAI's image generation; Tollgate's own takes fewer fields and answers the same. */
export function imagesCodec(dialect: Dialect): OperationCodec<'images'> {
  return {
    dialect,
    operation: 'images',
    fieldNames: {},
    decodeRequest: ({ body }) => {
      const read = readObject(body);
      return read.ok ? decodeImageFields(read.value.fields) : read;
    },
    encodeAnswer: encodeImages,
    streamEncoder: ({ nowS }) => new ImageEvents('image_generation.completed', nowS),
  };
}

export const openaiImagesCodec = imagesCodec('openai-images');

/** What pictures are to be like, by OpenAI's names. */
export function decodeImageFields(fields: Fields): Result<ImageRequest, Failure> {
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

export function encodeImages(
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

/** Pictures come whole, so each is told with the event that completes it; the last one bears the counts. */
export class ImageEvents implements OperationStreamEncoder<'images'> {
  readonly contentType = undefined;
  tail: Uint8Array = new Uint8Array(0);
  private readonly images: GeneratedImage[] = [];

  /** @param nowS seconds since the epoch */
  constructor(
    private readonly type: string,
    private readonly nowS: number,
  ) {}

  push(image: GeneratedImage): void {
    this.images.push(image);
  }

  end(usage: TokenUsage | null): void {
    const events = this.images.map((image, index) => {
      const counts = usage && index === this.images.length - 1 ? { usage: openAiUsage(usage) } : {};
      const json = { type: this.type, ...encodeImage(image), created_at: this.nowS, ...counts };
      return serverSentEvent(json);
    });
    this.tail = Buffer.concat(events);
  }
}
