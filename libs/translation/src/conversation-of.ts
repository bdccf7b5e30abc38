import { fail, failure, type Failure, type Result, succeed } from '@tollgate/contracts';
import type { ChatCodec } from '@tollgate/dialects';
import { type Conversation, parseWithArguments } from '@tollgate/neutral';
import type { ClientRequest } from '@tollgate/providers';

type Fields = Readonly<Record<string, unknown>>;

export interface DecodedRequest {
  /** As the client sent them. */
  readonly fields: Fields;
  readonly conversation: Conversation;
}

/** A body's fields as the client sent them, and with what they name in place of the names. */
export interface RequestFields {
  readonly sent: Fields;
  readonly whole: Fields;
}

const FIELDS = new WeakMap<ClientRequest, RequestFields | null>();
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

/** The body's fields, parsed once for each request object; undefined for what is no JSON object. */
export function fieldsOf(request: ClientRequest): Fields | undefined {
  return read(request)?.sent;
}

/** The fields of a request that was made here, so that they are not parsed again. */
export function knowRequest(request: ClientRequest, fields: RequestFields): void {
  FIELDS.set(request, fields);
}

function decode(request: ClientRequest, codec: ChatCodec): Result<DecodedRequest, Failure> {
  const fields = read(request);
  if (!fields) return fail(failure('request.validation_error'));
  const conversation = codec.decodeRequest(fields.whole);
  return conversation.ok
    ? succeed({ fields: fields.sent, conversation: conversation.value })
    : conversation;
}

function read(request: ClientRequest): RequestFields | null {
  const known = FIELDS.get(request);
  if (known !== undefined) return known;
  const parsed = parse(request.body);
  const fields = parsed ? { sent: parsed, whole: parsed } : null;
  FIELDS.set(request, fields);
  return fields;
}

/** The gateway has checked depth, size and keys. */
function parse(body: Uint8Array): Fields | undefined {
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString();
  try {
    const value = parseWithArguments(text);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
