import { type Dialect, fail, failure, succeed } from '@tollgate/contracts';
import type { ModelList, ProviderConnection, Signing } from '../provider.ts';
import { chatWire } from './chat-wire.ts';
import { decodeFailure } from './decode-failure.ts';
import { decodeCount, decodeResponse } from './decode-response.ts';
import { encodePassthrough } from './encode-passthrough.ts';
import { headersFor, type HeaderParts } from './headers.ts';
import { AnthropicStreamDecoder } from './stream-decoder.ts';

/** Where Anthropic's own API is spoken: by Anthropic itself, or by Azure's Foundry. */
export interface MessagesEndpoint {
  readonly origin: string;
  /** Of the messages; counting stands below it. */
  readonly path: string;
  readonly headerParts: HeaderParts;
  readonly signing: Signing | null;
  readonly modelList: ModelList | null;
}

export const MESSAGES_DIALECTS: ReadonlySet<Dialect> = new Set<Dialect>([
  'anthropic-messages',
  'anthropic-count-tokens',
]);

/** Anthropic's messages and the counting of their tokens. */
export function messagesConnection(endpoint: MessagesEndpoint): ProviderConnection {
  const { origin, path, headerParts, signing, modelList } = endpoint;
  const { credential } = headerParts;
  return {
    origin,
    dialects: MESSAGES_DIALECTS,
    chat: chatWire({ path, headers: headersFor(headerParts), credential }),
    signing,
    encodeRequest: (request, model) => {
      const body = encodePassthrough(request, model);
      if (!body) return fail(failure('request.validation_error'));
      return succeed({
        path: request.operation === 'count_tokens' ? `${path}/count_tokens` : path,
        headers: headersFor(headerParts, request.clientHeaders),
        body,
        droppedParams: [],
      });
    },
    decodeResponse: (request, body) =>
      request.operation === 'count_tokens'
        ? decodeCount(body, credential)
        : decodeResponse(body, credential),
    streamDecoder: (_request, emit) => new AnthropicStreamDecoder(credential, emit),
    decodeFailure: (answer, nowMs) => decodeFailure(answer, credential, nowMs),
    modelList,
  };
}
