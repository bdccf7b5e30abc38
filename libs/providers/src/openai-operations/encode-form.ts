import { readForm } from '@tollgate/dialects';
import { type Splice, spliceBytes } from '../json/splice-bytes.ts';
import type { ClientRequest } from '../provider.ts';

/** The content type that the client gave its form, without which nobody can read it. */
export function formTypeOf({ clientHeaders }: ClientRequest): string {
  return clientHeaders?.['content-type'] ?? '';
}

const FORM = /^multipart\/form-data\b/i;

/** Whether the client sent a form: some of OpenAI's operations take JSON as well. */
export function isForm(request: ClientRequest): boolean {
  return FORM.test(formTypeOf(request));
}

/**
 * The client's form for this model: its own bytes, but for the part that names the model. Undefined when the body is no
 * form.
 */
export function encodeForm(request: ClientRequest, model: string): Uint8Array | undefined {
  const { body, modelAsked } = request;
  const read = readForm(body, formTypeOf(request));
  if (!read.ok) return undefined;
  const { parts, boundary } = read.value;
  const named = parts.find(({ name }) => name === 'model');
  if (named && modelAsked === model) return body;
  const part = `Content-Disposition: form-data; name="model"\r\n\r\n${model}`;
  const splice: Splice = named
    ? { start: named.headStart, end: named.valueEnd, text: part }
    : { start: 0, end: 0, text: `--${boundary}\r\n${part}\r\n` };
  return spliceBytes(body, [splice]);
}
