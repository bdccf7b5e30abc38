import { type Failure, type Result, succeed } from '@tollgate/contracts';
import { isObject, optionalInteger, optionalString } from '../chat/fields.ts';
import type { Dialect, ParsedRequest, RequestTarget } from '../dialect.ts';
import { base64Chars } from '../multipart/base64-chars.ts';
import { renderFailure, renderStreamFailure } from '../openai-chat/render-failure.ts';
import { failureSchema } from '../openai-chat/schema.ts';
import { LONGEST_SIZE, MOST_IMAGES } from '../openai-images/openai-images.dialect.ts';
import { operationProfile } from '../operation/operation-profile.ts';
import {
  checkBoolean,
  checkModel,
  checkText,
  invalid,
  LONGEST_USER,
  numberOf,
  textOf,
} from '../operation/read-fields.ts';
import { countInputTokens } from '../profile/input-tokens.ts';
import { type EditFields, type GivenPicture, readEditFields } from './edit-fields.ts';
import { requestSchema } from './schema.ts';

/** OpenAI's edits of pictures: a form with files, or JSON that names them. The bytes pass as they came. */
export const openaiImageEdits: Dialect = {
  name: 'openai-image-edits',
  requestContentTypes: ['multipart/form-data', 'application/json'],
  requestSchema,
  failureSchema,
  parse,
  renderFailure,
  renderStreamFailure,
};

function parse(
  bytes: Uint8Array,
  _target?: RequestTarget,
  contentType = '',
): Result<ParsedRequest, Failure> {
  const read = readEditFields(bytes, contentType);
  if (!read.ok) return read;
  const { fields, originals } = read.value;
  const problem =
    checkModel(fields) ??
    checkText(fields, 'prompt') ??
    optionalInteger(fields, 'n', 1, MOST_IMAGES) ??
    optionalString(fields, 'size', LONGEST_SIZE) ??
    checkBoolean(fields, 'stream') ??
    optionalString(fields, 'user', LONGEST_USER);
  if (problem) return invalid(problem);
  if (originals.length === 0) return invalid({ param: 'image', message: NO_PICTURE });
  const profile = operationProfile({
    operation: 'images',
    modelAsked: textOf(fields, 'model') ?? null,
    tokens: inputTokensOf(bytes, read.value),
    stream: fields['stream'] === true,
    choices: numberOf(fields, 'n') ?? 1,
    endUser: textOf(fields, 'user') ?? null,
  });
  return succeed({ profile, body: bytes });
}

const NO_PICTURE = '"image" must be at least one picture: a file, or in JSON an entry of "images".';

/** Pictures are no text. */
function inputTokensOf(bytes: Uint8Array, { originals, mask }: EditFields) {
  const pictures = mask ? [...originals, mask] : originals;
  let [textBytes, mediaChars] = [bytes.length, 0];
  for (const picture of pictures) {
    const { embedded, chars } = sizeOf(picture);
    mediaChars += chars;
    textBytes += chars - embedded;
  }
  return countInputTokens(textBytes, {
    mediaChars,
    images: pictures.length,
    lowDetailImages: 0,
    audioChars: 0,
    documentChars: 0,
    remoteDocuments: 0,
  });
}

/** How many bytes of the body a picture has, and how long it is as base64. */
function sizeOf(picture: GivenPicture): { readonly embedded: number; readonly chars: number } {
  if (picture.kind === 'file') {
    const embedded = picture.part.valueEnd - picture.part.valueStart;
    return { embedded, chars: base64Chars(embedded) };
  }
  const { value } = picture;
  const url = isObject(value) ? value['image_url'] : undefined;
  const chars = typeof url === 'string' && /^data:/i.test(url) ? url.length : 0;
  return { embedded: chars, chars };
}
