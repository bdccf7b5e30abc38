import { fail, failure, type Failure, type Result, succeed } from '@tollgate/contracts';
import { type FindKept, OWN_MARK, referencesOf, withKept } from '@tollgate/dialects';
import type { ClientRequest } from '@tollgate/providers';
import { fieldsOf, knowRequest } from './conversation-of.ts';

/**
 * What a request names that Tollgate may have kept, and that must stand in it before it can go out.
 * @param isTranslated a provider that keeps responses itself is told what only Tollgate knows, and nothing else
 */
export function keptReferences(request: ClientRequest, isTranslated: boolean): readonly string[] {
  if (request.dialect !== 'openai-responses') return NONE;
  if (!isTranslated && !bears(request, OWN_MARK)) return NONE;
  const fields = fieldsOf(request);
  return fields ? referencesOf(fields) : NONE;
}

/** The same request with what was kept in place of its names; its answers still repeat what the client sent. */
export function withReferences(
  request: ClientRequest,
  find: FindKept,
): Result<ClientRequest, Failure> {
  const fields = fieldsOf(request);
  if (!fields) return fail(failure('request.validation_error'));
  const found = withKept(fields, find);
  if (!found.ok) return found;
  const body = Buffer.from(JSON.stringify(found.value));
  const whole: ClientRequest = { ...request, body };
  knowRequest(whole, { sent: fields, whole: found.value });
  return succeed(whole);
}

const NONE: readonly string[] = [];

function bears({ body }: ClientRequest, text: string): boolean {
  return Buffer.from(body.buffer, body.byteOffset, body.byteLength).includes(text);
}
