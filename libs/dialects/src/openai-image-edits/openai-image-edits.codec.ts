import { type Failure, type Result, succeed } from '@tollgate/contracts';
import type { ImageRequest, MediaSource } from '@tollgate/neutral';
import { isObject } from '../chat/fields.ts';
import { optional } from '../json/optional.ts';
import { decodeMediaUrl } from '../media/data-url.ts';
import { imageTypeOf } from '../media/image-type.ts';
import {
  decodeImageFields,
  encodeImages,
  ImageEvents,
} from '../openai-images/openai-images.codec.ts';
import { invalid } from '../operation/read-fields.ts';
import type { OperationCodec, OperationSource } from '../operation-codec.ts';
import { type GivenPicture, readEditFields } from './edit-fields.ts';

/** OpenAI's edits of pictures, as pictures that are made from others. */
export const openaiImageEditsCodec: OperationCodec<'images'> = {
  dialect: 'openai-image-edits',
  operation: 'images',
  fieldNames: {},
  decodeRequest,
  encodeAnswer: encodeImages,
  streamEncoder: ({ nowS }) => new ImageEvents('image_edit.completed', nowS),
};

function decodeRequest({ body, contentType = '' }: OperationSource): Result<ImageRequest, Failure> {
  const read = readEditFields(body, contentType);
  if (!read.ok) return read;
  const decoded = decodeImageFields(read.value.fields);
  if (!decoded.ok) return decoded;
  const originals = read.value.originals.map((picture) => sourceOf(picture, body));
  const mask = read.value.mask ? sourceOf(read.value.mask, body) : undefined;
  const known = originals.filter((source) => source !== undefined);
  if (known.length < originals.length) return invalid({ param: 'image', message: UNKNOWN });
  if (read.value.mask && !mask) return invalid({ param: 'mask', message: UNKNOWN_MASK });
  return succeed({ ...decoded.value, originals: known, ...optional('mask', mask) });
}

const UNKNOWN = '"image" must be a picture, or in JSON { "image_url" } or { "file_id" }.';
const UNKNOWN_MASK = '"mask" must be a picture, or in JSON { "image_url" } or { "file_id" }.';

/** Undefined for what names no picture. */
function sourceOf(picture: GivenPicture, body: Uint8Array): MediaSource | undefined {
  if (picture.kind === 'file') {
    const { valueStart, valueEnd, mediaType } = picture.part;
    const bytes = Buffer.from(body.buffer, body.byteOffset + valueStart, valueEnd - valueStart);
    return {
      kind: 'data',
      mediaType: imageTypeOf(bytes) ?? (mediaType || 'application/octet-stream'),
      base64: bytes.toString('base64'),
    };
  }
  const { value } = picture;
  if (!isObject(value)) return undefined;
  const { image_url: url, file_id: id } = value;
  if (typeof url === 'string' && url !== '') return decodeMediaUrl(url);
  return typeof id === 'string' && id !== ''
    ? { kind: 'file', wire: 'openai-chat', id }
    : undefined;
}
