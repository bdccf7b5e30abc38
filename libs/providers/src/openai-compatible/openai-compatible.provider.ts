import { type Dialect, fail, failure, succeed } from '@tollgate/contracts';
import { readConnectionParts } from '../connection-parts.ts';
import { operationsSideOf } from '../openai-operations/operations-side.ts';
import { responsesSideOf } from '../openai-responses/responses-side.ts';
import type { ConnectionParts, Provider, ProviderConnection } from '../provider.ts';
import { openAiChatWire } from './chat-wire/openai-chat-wire.ts';
import { decodeFailure } from './decode-failure.ts';
import { decodeModels } from '../decode-models.ts';
import { decodeResponse } from './decode-response.ts';
import { encodeBody } from './encode-body.ts';
import type { Quirks } from './quirks.ts';
import { OpenAiStreamDecoder } from './stream-decoder.ts';

/** A vendor that speaks OpenAI's chat completions, with its own ways. */
export function openAiCompatible(quirks: Quirks): Provider {
  return {
    slug: quirks.slug,
    defaultBaseUrl: quirks.defaultBaseUrl,
    isSupported: true,
    connect: (given) => {
      const signing = quirks.signingOf(given);
      const parts = signing === null ? given : { ...given, credential: null };
      const read = readConnectionParts(parts, quirks.credentialRequired && signing === null);
      if (!read.ok) return read;
      const { url, basePath } = read.value;
      const { config, credential } = parts;
      const headers = headersFor(quirks, credential);
      const { origin } = url;
      const connected = { quirks, origin, basePath, config, credential, headers };
      return succeed({ ...openAiConnection(connected), signing });
    },
  };
}

export interface OpenAiEndpoint extends Pick<ConnectionParts, 'config' | 'credential'> {
  readonly quirks: Quirks;
  readonly origin: string;
  /** Without a slash at its end. */
  readonly basePath: string;
  /** Names and values in turn, for a JSON body. */
  readonly headers: string[];
}

/** A connection on the family's wire, unsigned. */
export function openAiConnection(endpoint: OpenAiEndpoint): ProviderConnection {
  const { quirks, origin, basePath, config, credential, headers } = endpoint;
  const pathOf = quirks.chatPath(basePath, config);
  const modelsPath = quirks.modelsPath(basePath, config);
  const responses = responsesSideOf(quirks, endpoint, basePath, headers);
  const operations = operationsSideOf(quirks, endpoint, basePath, headers);
  return {
    origin,
    dialects: new Set([
      ...(responses ? DIALECTS_WITH_RESPONSES : DIALECTS),
      ...(quirks.completionsPath(pathOf('', false)) === null ? [] : COMPLETIONS),
      ...operations.dialects,
    ]),
    chat: responses?.chat ?? openAiChatWire({ quirks, credential, headers, pathOf }),
    operations: operations.wires,
    ...(responses && quirks.countsTokens ? { countTokens: responses.countTokens } : {}),
    signing: null,
    encodeRequest: (request, model) => {
      if (responses?.serves(request)) return responses.encodeRequest(request, model);
      if (operations.serves(request)) return operations.encodeRequest(request, model);
      const encoded = encodeBody(request, model, quirks);
      if (!encoded) return fail(failure('request.validation_error'));
      const { body, droppedParams } = encoded;
      const path =
        request.dialect === 'openai-completions'
          ? quirks.completionsPath(pathOf(model, request.stream))
          : pathOf(model, request.stream);
      if (path === null) return fail(failure('request.unsupported_by_provider'));
      return succeed({ path, headers, body, droppedParams });
    },
    decodeResponse: (request, body, contentType) => {
      if (responses?.serves(request)) return responses.decodeResponse(body);
      return operations.serves(request)
        ? operations.decodeResponse(request, body, contentType)
        : decodeResponse(body, quirks, credential);
    },
    streamDecoder: (request, emit) => {
      if (responses?.serves(request)) return responses.streamDecoder(emit);
      return operations.serves(request)
        ? operations.streamDecoder(emit)
        : new OpenAiStreamDecoder({ quirks, credential, hidesUsage: !request.usageAsked }, emit);
    },
    bodyDecoder: (request, contentType, emit) =>
      operations.serves(request) ? operations.bodyDecoder(request, contentType, emit) : null,
    decodeFailure: (answer, nowMs) => decodeFailure(answer, credential, nowMs),
    modelList: modelsPath === null ? null : { path: modelsPath, headers, decode: decodeModels },
  };
}

const DIALECTS: ReadonlySet<Dialect> = new Set<Dialect>([
  'openai-chat',
  'tollgate-chat',
  'tollgate-vision',
]);
const COMPLETIONS: readonly Dialect[] = ['openai-completions'];
const DIALECTS_WITH_RESPONSES: ReadonlySet<Dialect> = new Set<Dialect>([
  ...DIALECTS,
  'openai-responses',
]);

function headersFor(quirks: Quirks, credential: string | null): string[] {
  const headers = ['content-type', 'application/json', 'accept-encoding', 'identity'];
  if (!credential) return headers;
  if (quirks.authorization === 'api-key') return [...headers, 'api-key', credential];
  return [...headers, 'authorization', `Bearer ${credential}`];
}
