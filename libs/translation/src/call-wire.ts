import {
  type Dialect,
  fail,
  failure,
  type Failure,
  type Result,
  succeed,
} from '@tollgate/contracts';
import { anthropicCountTokensCodec, type ChatCodec, type KeptResponse } from '@tollgate/dialects';
import type { FetchedMediaMap, LossPolicy } from '@tollgate/neutral';
import type {
  ClientRequest,
  DecodedResponse,
  Emit,
  ProviderConnection,
  StreamDecoder,
  UpstreamRequest,
} from '@tollgate/providers';
import { codecFor } from './codecs.ts';
import { conversationOf } from './conversation-of.ts';
import { joinOperation } from './operations.ts';
import { TranslatedCount } from './translated-count.ts';
import { strictPassthrough } from './strict-passthrough.ts';
import { TranslatedWire } from './translated-wire.ts';

/** One way from a client's request to a connection and back. A `ProviderConnection` is one for its own dialects. */
export interface CallWire {
  /** URLs whose bytes `encodeRequest` wants, each once; missing where there are none. */
  readonly mediaToFetch?: readonly string[];
  /** @param fetched what came of `mediaToFetch`; a URL that could not be fetched is left out */
  encodeRequest(
    request: ClientRequest,
    model: string,
    fetched?: FetchedMediaMap,
  ): Result<UpstreamRequest, Failure>;
  /**
   * @param body the whole body of a 2xx answer
   * @param contentType its header line, where there is one
   */
  decodeResponse(request: ClientRequest, body: Buffer, contentType?: string): DecodedResponse;
  streamDecoder(request: ClientRequest, emit: Emit): StreamDecoder;
  /**
   * Reads the body of a 2xx answer that goes on as it comes though it is no stream of events, or is none though one was asked
   * for; null for every other.
   */
  bodyDecoder?(
    request: ClientRequest,
    contentType: string | undefined,
    emit: Emit,
  ): StreamDecoder | null;
  /** Takes a whole JSON answer where a stream was asked for, and gives it as a stream; missing where that is a failure. */
  wholeAnswerDecoder?(request: ClientRequest, emit: Emit): StreamDecoder;
}

export interface CallWireOptions {
  /** The connection's rule for what it cannot express. */
  readonly policy: LossPolicy;
  /** The connection's vendor, as messages name it. */
  readonly provider: string;
  /** Seconds since the epoch. */
  readonly nowS: () => number;
  /** Takes an answer that the client may name later, once it is complete; missing: none is kept. */
  readonly keep?: ((kept: KeptResponse) => void) | undefined;
  /** Replaces the registered codec. */
  readonly codec?: ChatCodec | undefined;
}

/**
 * The connection itself where it speaks the client's dialect, so that bytes pass through (under `strict` nothing may be left
 * out of them); else a translation over the neutral model, for one attempt: it remembers what it encoded. Over several
 * candidates of one request object the body is decoded once. Fails with `request.unsupported_by_provider` where there is no
 * way between the two.
 * @param connection as it reaches the candidate's model (`connectionFor`)
 */
export function callWire(
  connection: ProviderConnection,
  request: ClientRequest,
  options: CallWireOptions,
): Result<CallWire, Failure> {
  if (passesThrough(connection, request)) {
    const { policy, provider } = options;
    return succeed(policy === 'strict' ? strictPassthrough(connection, provider) : connection);
  }
  const operation = joinOperation(request.dialect, connection, request, options);
  if (operation) return operation;
  if (request.dialect === anthropicCountTokensCodec.dialect)
    return joinCount(connection, request, options);
  const codec = options.codec ?? codecFor(request.dialect);
  if (!codec || !connection.chat) return noWay(request.dialect, options.provider);
  const decoded = conversationOf(request, codec);
  if (!decoded.ok) return decoded;
  return succeed(new TranslatedWire(connection.chat, codec, decoded.value, options));
}

/** Whether the client's own bytes go on to the connection. */
export function passesThrough(connection: ProviderConnection, request: ClientRequest): boolean {
  if (!connection.dialects.has(request.dialect)) return false;
  return connection.passes?.(request) ?? true;
}

function joinCount(
  { countTokens }: ProviderConnection,
  request: ClientRequest,
  options: CallWireOptions,
): Result<CallWire, Failure> {
  const codec = anthropicCountTokensCodec;
  if (!countTokens) return noWay(request.dialect, options.provider);
  const decoded = conversationOf(request, codec.prompt);
  if (!decoded.ok) return decoded;
  return succeed(new TranslatedCount(countTokens, codec, decoded.value, options));
}

function noWay(dialect: Dialect, provider: string): Result<never, Failure> {
  const message = `Requests of the dialect "${dialect}" cannot be served by ${provider}.`;
  return fail(failure('request.unsupported_by_provider', { message }));
}
