import { type Failure, type Result, succeed } from '@tollgate/contracts';
import { isAbsent } from '../chat/fields.ts';
import { readObject } from '../json/read-object.ts';
import { readForm } from '../multipart/form-fields.ts';
import type { FormPart } from '../multipart/scan-multipart.ts';
import type { Fields } from '../operation/read-fields.ts';

/** A picture as it came: a form's file, or what JSON says of where it is. */
export type GivenPicture =
  | { readonly kind: 'file'; readonly part: FormPart }
  | { readonly kind: 'named'; readonly value: unknown };

/** A request to edit pictures, as a form or as JSON. */
export interface EditFields {
  /** But for the pictures; a form's texts have the types that the same fields have in JSON. */
  readonly fields: Fields;
  readonly originals: readonly GivenPicture[];
  readonly mask: GivenPicture | null;
}

const FORM = /^multipart\/form-data\b/i;
const NUMBERS: ReadonlySet<string> = new Set(['n', 'output_compression', 'partial_images']);

/** Reads the body by its content type. */
export function readEditFields(
  bytes: Uint8Array,
  contentType: string,
): Result<EditFields, Failure> {
  return FORM.test(contentType) ? readEditForm(bytes, contentType) : readEditJson(bytes);
}

function readEditForm(bytes: Uint8Array, contentType: string): Result<EditFields, Failure> {
  const read = readForm(bytes, contentType);
  if (!read.ok) return read;
  const { texts, parts, files } = read.value;
  const fields = Object.fromEntries(
    [...texts].map(([name, values]) => {
      const [text = ''] = values;
      return [name, values.length > 1 ? values : valueOf(name, text)];
    }),
  );
  const originals = parts
    .filter(({ name, fileName }) => fileName !== null && /^image(?:\[\])?$/.test(name))
    .map(pictureOf);
  const mask = files.get('mask');
  return succeed({ fields, originals, mask: mask ? pictureOf(mask) : null });
}

function readEditJson(bytes: Uint8Array): Result<EditFields, Failure> {
  const read = readObject(bytes);
  if (!read.ok) return read;
  const { images, mask, ...fields } = read.value.fields;
  const originals = Array.isArray(images) ? images.map(namedPicture) : [];
  return succeed({ fields, originals, mask: isAbsent(mask) ? null : namedPicture(mask) });
}

function pictureOf(part: FormPart): GivenPicture {
  return { kind: 'file', part };
}

function namedPicture(value: unknown): GivenPicture {
  return { kind: 'named', value };
}

function valueOf(name: string, text: string): unknown {
  if (NUMBERS.has(name) && /^\d{1,6}$/.test(text)) return Number(text);
  if (name === 'stream' && (text === 'true' || text === 'false')) return text === 'true';
  return text;
}
