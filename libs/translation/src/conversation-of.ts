import { fail, failure, type Failure, type Result, succeed } from '@tollgate/contracts';
import type { ChatCodec } from '@tollgate/dialects';
import type { Conversation } from '@tollgate/neutral';
import type { ClientRequest } from '@tollgate/providers';

export interface DecodedRequest {
  readonly fields: Readonly<Record<string, unknown>>;
  readonly conversation: Conversation;
}

const KNOWN = new WeakMap<ClientRequest, Result<DecodedRequest, Failure>>();

/** What the request says, decoded once for each request object however many candidates are tried. */
export function conversationOf(
  request: ClientRequest,
  codec: ChatCodec,
): Result<DecodedRequest, Failure> {
  const known = KNOWN.get(request);
  if (known) return known;
  const decoded = decode(request, codec);
  KNOWN.set(request, decoded);
  return decoded;
}

function decode({ body }: ClientRequest, codec: ChatCodec): Result<DecodedRequest, Failure> {
  const fields = readFields(body);
  if (!fields) return fail(failure('request.validation_error'));
  const conversation = codec.decodeRequest(fields);
  return conversation.ok ? succeed({ fields, conversation: conversation.value }) : conversation;
}

/** The gateway has checked depth, size and keys. */
function readFields(body: Uint8Array): Readonly<Record<string, unknown>> | undefined {
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString();
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
