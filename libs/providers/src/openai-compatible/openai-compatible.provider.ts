import { type Dialect, fail, failure, succeed } from '@tollgate/contracts';
import type { ConnectionParts, Provider, ProviderConnection } from '../provider.ts';
import { decodeFailure } from './decode-failure.ts';
import { decodeModels } from './decode-models.ts';
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
    connect: (parts) => {
      const url = parseBaseUrl(parts.baseUrl);
      if (!url) return misconfigured('the base URL is not an http(s) URL');
      if (quirks.credentialRequired && !parts.credential) return misconfigured('no credential');
      if (parts.credential !== null && !HEADER_VALUE.test(parts.credential))
        return misconfigured('the credential cannot stand in a header');
      return succeed(connect(quirks, parts, url));
    },
  };
}

function connect(quirks: Quirks, parts: ConnectionParts, url: URL): ProviderConnection {
  const { credential } = parts;
  const basePath = url.pathname.replace(/\/+$/, '');
  const pathOf = quirks.chatPath(basePath, parts.config);
  const modelsPath = quirks.modelsPath(basePath, parts.config);
  const headers = headersFor(quirks, credential);
  return {
    origin: url.origin,
    dialects: DIALECTS,
    chat: null,
    signing: null,
    encodeRequest: (request, model) => {
      const encoded = encodeBody(request, model, quirks);
      if (!encoded) return fail(failure('request.validation_error'));
      const { body, droppedParams } = encoded;
      return succeed({ path: pathOf(model), headers, body, droppedParams });
    },
    decodeResponse: (_request, body) => decodeResponse(body, quirks, credential),
    streamDecoder: (request, emit) =>
      new OpenAiStreamDecoder({ quirks, credential, hidesUsage: !request.usageAsked }, emit),
    decodeFailure: (answer, nowMs) => decodeFailure(answer, credential, nowMs),
    modelList: modelsPath === null ? null : { path: modelsPath, headers, decode: decodeModels },
  };
}

const DIALECTS: ReadonlySet<Dialect> = new Set<Dialect>(['openai-chat', 'tollgate-chat']);

function headersFor(quirks: Quirks, credential: string | null): string[] {
  const headers = ['content-type', 'application/json', 'accept-encoding', 'identity'];
  if (!credential) return headers;
  if (quirks.authorization === 'api-key') return [...headers, 'api-key', credential];
  return [...headers, 'authorization', `Bearer ${credential}`];
}

/** Printable ASCII without spaces, as keys are. */
const HEADER_VALUE = /^[\x21-\x7e]{0,8192}$/;

function parseBaseUrl(text: string): URL | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  const isHttp = url.protocol === 'https:' || url.protocol === 'http:';
  return isHttp && url.username === '' && url.password === '' ? url : undefined;
}

function misconfigured(internal: string): ReturnType<Provider['connect']> {
  return fail(failure('provider.misconfigured', { internal }));
}
