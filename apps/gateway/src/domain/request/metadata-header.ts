import { fail, failure, type Failure, type Result, succeed } from '@tollgate/contracts';
import { checkMetadata, readObject } from '@tollgate/dialects';

const HEADER = 'x-tollgate-metadata';

/** Reads `x-tollgate-metadata`: a JSON object of strings. */
export function readMetadataHeader(
  text: string,
): Result<Readonly<Record<string, string>>, Failure> {
  // Node gives header bytes as Latin-1; the sender's bytes are UTF-8.
  const read = readObject(Buffer.from(text, 'latin1'));
  if (!read.ok) return invalid();
  if (checkMetadata(read.value.fields)) return invalid();
  // Checked: every value is a string.
  return succeed(read.value.fields as Readonly<Record<string, string>>);
}

function invalid(): Result<never, Failure> {
  const message = `"${HEADER}" must be a small JSON object of strings.`;
  return fail(failure('request.validation_error', { message, param: HEADER }));
}
