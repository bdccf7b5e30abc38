import { type Failure, failure } from '@tollgate/contracts';
import type { Dialect } from '@tollgate/dialects';

const JSON_TYPE = /^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i;

/** @param contentType the header line; null where the client says nothing: then the body speaks for itself */
export function isTakenType(
  contentType: string | null,
  { requestContentTypes }: Pick<Dialect, 'requestContentTypes'>,
): boolean {
  if (contentType === null) return true;
  if (requestContentTypes === undefined) return JSON_TYPE.test(contentType);
  const [type = ''] = contentType.split(';', 1);
  return requestContentTypes.includes(type.trim().toLowerCase());
}

export function unsupportedType({
  requestContentTypes,
}: Pick<Dialect, 'requestContentTypes'>): Failure {
  if (requestContentTypes === undefined) return failure('request.unsupported_media_type');
  const message = `The body must be ${requestContentTypes.join(' or ')}.`;
  return failure('request.unsupported_media_type', { message });
}
