import { type Dialect, fail, failure, succeed } from '@tollgate/contracts';
import { readHeaderParts } from '../anthropic/headers.ts';
import type { ConnectionParts, Provider, ProviderConnection } from '../provider.ts';
import { googleChatWire } from './chat-wire.ts';
import { googleCountTokens } from './count-tokens.ts';
import { decodeFailure } from './decode-failure.ts';
import { decodeModels } from './decode-models.ts';
import { decodeResponse } from './decode-response.ts';
import { encodeBody } from './encode-body.ts';
import { embeddingsWire } from './embeddings/embeddings-wire.ts';
import { decodeEmbedding, encodeEmbedding } from './embeddings/passthrough.ts';
import { AI_STUDIO, connectEndpoint, type GoogleEndpoint } from './endpoint.ts';
import { imagesWire } from './images/images-wire.ts';
import { speechWire } from './speech/speech-wire.ts';
import { STREAM, WHOLE } from './methods.ts';
import { GoogleStreamDecoder } from './stream-decoder.ts';
import { transcriptionWire } from './transcription/transcription-wire.ts';
import { vertexConnection } from './vertex/vertex-connection.ts';

/** Google's Gemini models, through AI Studio or, with `config.vertex`, through Vertex, which serves others' models too. */
export const google: Provider = {
  slug: 'google',
  defaultBaseUrl: AI_STUDIO,
  isSupported: true,
  connect: (parts) => {
    const endpoint = connectEndpoint(parts);
    return endpoint.ok ? succeed(connect(endpoint.value, parts)) : endpoint;
  },
};

function connect(endpoint: GoogleEndpoint, parts: ConnectionParts): ProviderConnection {
  const { credential } = parts;
  const gemini = geminiConnection(endpoint, credential);
  if (!endpoint.isVertex) return gemini;
  return vertexConnection(gemini, endpoint, credential, readHeaderParts(parts).betas);
}

function geminiConnection(endpoint: GoogleEndpoint, credential: string | null): ProviderConnection {
  const { origin, headers, signing, modelsPath, isVertex } = endpoint;
  const chat = googleChatWire(endpoint, credential);
  return {
    origin,
    dialects: isVertex ? DIALECTS : STUDIO_DIALECTS,
    chat,
    countTokens: googleCountTokens(chat, endpoint),
    operations: {
      embeddings: embeddingsWire(endpoint, credential),
      images: imagesWire(endpoint, credential),
      speech: speechWire(endpoint, credential),
      transcription: transcriptionWire(endpoint, credential),
    },
    signing,
    encodeRequest: (request, model) => {
      if (request.dialect === 'gemini-embed') return encodeEmbedding(request, model, endpoint);
      const body = encodeBody(request, model);
      if (!body) return fail(failure('request.validation_error'));
      const path = endpoint.pathOf(model, request.stream ? STREAM : WHOLE);
      return succeed({ path, headers, body, droppedParams: [] });
    },
    decodeResponse: ({ dialect }, body) =>
      dialect === 'gemini-embed'
        ? decodeEmbedding(body, credential)
        : decodeResponse(body, credential),
    streamDecoder: (_request, emit) => new GoogleStreamDecoder(credential, emit),
    decodeFailure: (answer, nowMs) => decodeFailure(answer, credential, nowMs),
    modelList: { path: modelsPath, headers, decode: decodeModels },
  };
}

const DIALECTS: ReadonlySet<Dialect> = new Set<Dialect>(['gemini-generate']);
/** Vertex has no `batchEmbedContents`. */
const STUDIO_DIALECTS: ReadonlySet<Dialect> = new Set<Dialect>([...DIALECTS, 'gemini-embed']);
