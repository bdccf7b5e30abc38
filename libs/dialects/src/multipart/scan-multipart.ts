import { partHeaderOf } from './part-header.ts';

/** One part of a form, by its place in the bytes. Ends are exclusive. */
export interface FormPart {
  readonly name: string;
  /** Null for a part that is no file. */
  readonly fileName: string | null;
  /** As the client wrote it; empty where it did not. */
  readonly mediaType: string;
  /** Behind the delimiter line. */
  readonly headStart: number;
  readonly valueStart: number;
  readonly valueEnd: number;
}

export type FormScan =
  | { readonly ok: true; readonly parts: readonly FormPart[]; readonly boundary: string }
  | { readonly ok: false; readonly reason: string };

export const MOST_PARTS = 64;
export const LARGEST_PART_HEAD = 4_096;

const BOUNDARY = /;\s*boundary=(?:"([^"\\\r\n]+)"|([^\s";,]+))\s*(?:;|$)/i;
/** RFC 2046, 5.1.1. */
const BOUNDARY_TEXT = /^[0-9A-Za-z'()+_,\-./:=? ]{0,69}[0-9A-Za-z'()+_,\-./:=?]$/;
const DASHES = '--';
const CRLF = '\r\n';

/**
 * Finds the parts of a `multipart/form-data` body without copying them. Strict on purpose: whatever two readers of such
 * bodies could understand differently (text before the first delimiter, odd line ends, a delimiter's look-alike, folded
 * or repeated headers, transfer encodings) is refused, so that nobody behind us sees another form than we did.
 * @param contentType the header line with its parameters
 */
export function scanMultipart(bytes: Uint8Array, contentType: string): FormScan {
  const boundary = boundaryOf(contentType);
  if (boundary === undefined) return refuse('The content type names no usable boundary.');
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const delimiter = Buffer.from(`${DASHES}${boundary}`);
  if (!buffer.subarray(0, delimiter.length).equals(delimiter))
    return refuse('The form does not begin with its boundary.');
  const separator = Buffer.from(`${CRLF}${DASHES}${boundary}`);

  const parts: FormPart[] = [];
  let at = delimiter.length;
  while (!startsWith(buffer, at, DASHES)) {
    if (!startsWith(buffer, at, CRLF))
      return refuse('A line of the form begins like its boundary.');
    if (parts.length >= MOST_PARTS) return refuse(`The form has more than ${MOST_PARTS} parts.`);
    const headStart = at + CRLF.length;
    const headEnd = buffer.subarray(headStart, headStart + LARGEST_PART_HEAD).indexOf('\r\n\r\n');
    if (headEnd < 0) return refuse('A part of the form has no usable head.');
    const head = partHeaderOf(buffer.toString('utf8', headStart, headStart + headEnd));
    if (!head) return refuse('A part of the form has no usable head.');
    const valueStart = headStart + headEnd + 4;
    // The line break before the delimiter may be the one that ends the head.
    const valueEnd = buffer.indexOf(separator, valueStart - CRLF.length);
    if (valueEnd < valueStart) return refuse('The form is not complete.');
    parts.push({ ...head, headStart, valueStart, valueEnd });
    at = valueEnd + separator.length;
  }
  const rest = buffer.toString('latin1', at + DASHES.length);
  if (rest !== '' && rest !== CRLF) return refuse('Something follows the end of the form.');
  return { ok: true, parts, boundary };
}

function boundaryOf(contentType: string): string | undefined {
  if (!/^multipart\/form-data\s*;/i.test(contentType)) return undefined;
  if (contentType.match(/boundary\s*=/gi)?.length !== 1) return undefined;
  const found = BOUNDARY.exec(contentType);
  const boundary = found?.[1] ?? found?.[2];
  return boundary !== undefined && BOUNDARY_TEXT.test(boundary) ? boundary : undefined;
}

function startsWith(buffer: Buffer, at: number, text: string): boolean {
  return buffer.toString('latin1', at, at + text.length) === text;
}

function refuse(reason: string): FormScan {
  return { ok: false, reason };
}
