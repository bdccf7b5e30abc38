import { type Dialect, fail, failure, succeed } from '@tollgate/contracts';
import { readConnectionParts } from '../connection-parts.ts';
import { decodeModels } from '../decode-models.ts';
import type { ConnectionParts, Provider, ProviderConnection } from '../provider.ts';
import { chatWire } from './chat-wire.ts';
import { decodeFailure } from './decode-failure.ts';
import { decodeCount, decodeResponse } from './decode-response.ts';
import { encodePassthrough } from './encode-passthrough.ts';
import { headersFor, readHeaderParts } from './headers.ts';
import { AnthropicStreamDecoder } from './stream-decoder.ts';

/** Anthropic's own API: messages and the counting of tokens. */
export const anthropic: Provider = {
  slug: 'anthropic',
  defaultBaseUrl: 'https://api.anthropic.com',
  isSupported: true,
  connect: (parts) => {
    const read = readConnectionParts(parts, true);
    return read.ok ? succeed(connect(parts, read.value)) : read;
  },
};

const DIALECTS: ReadonlySet<Dialect> = new Set<Dialect>([
  'anthropic-messages',
  'anthropic-count-tokens',
]);

function connect(
  parts: ConnectionParts,
  { url, basePath }: { readonly url: URL; readonly basePath: string },
): ProviderConnection {
  const { credential } = parts;
  const headerParts = readHeaderParts(parts);
  const path = `${basePath}/v1/messages`;
  return {
    origin: url.origin,
    dialects: DIALECTS,
    chat: chatWire({ path, headers: headersFor(headerParts), credential }),
    signing: null,
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
    modelList: {
      path: `${basePath}/v1/models?limit=1000`,
      headers: headersFor(headerParts),
      decode: decodeModels,
    },
  };
}
