import { fail, failure, type Failure, type Result, succeed } from '@tollgate/contracts';
import { type FormPart, scanMultipart } from './scan-multipart.ts';

/** A form with its short texts read; files stay where they are. */
export interface Form {
  readonly boundary: string;
  readonly parts: readonly FormPart[];
  /** The texts of each field, in order. Names that end with `[]` are lists. */
  readonly texts: ReadonlyMap<string, readonly string[]>;
  readonly files: ReadonlyMap<string, FormPart>;
}

const LONGEST_TEXT = 256 * 1024;

/** Reads a form; a field that stands twice is refused unless its name ends with `[]`. */
export function readForm(bytes: Uint8Array, contentType: string): Result<Form, Failure> {
  const scan = scanMultipart(bytes, contentType);
  if (!scan.ok) return invalid(scan.reason);
  const texts = new Map<string, string[]>();
  const files = new Map<string, FormPart>();
  for (const part of scan.parts) {
    const { name, fileName, valueStart, valueEnd } = part;
    const known = texts.get(name);
    if ((known || files.has(name)) && !name.endsWith('[]'))
      return invalid(`"${name}" stands twice in the form.`, name);
    if (fileName !== null) {
      files.set(name, part);
      continue;
    }
    if (valueEnd - valueStart > LONGEST_TEXT) return invalid(`"${name}" is too long.`, name);
    const text = Buffer.from(bytes.subarray(valueStart, valueEnd)).toString('utf8');
    if (known) known.push(text);
    else texts.set(name, [text]);
  }
  return succeed({ boundary: scan.boundary, parts: scan.parts, texts, files });
}

function invalid(message: string, param?: string): Result<never, Failure> {
  return fail(
    failure('request.validation_error', param === undefined ? { message } : { message, param }),
  );
}
