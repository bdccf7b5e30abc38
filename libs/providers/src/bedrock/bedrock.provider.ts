import { type Dialect, fail, failure, type Failure, succeed } from '@tollgate/contracts';
import type { ModelList, Provider, ProviderConnection, StreamDecoder } from '../provider.ts';
import { bedrockClaude } from './claude.ts';
import { type BedrockConnection, readBedrockConnection } from './connection.ts';
import { converseWire } from './converse-wire.ts';
import { bedrockCountTokens } from './count-tokens.ts';
import { decodeFailure } from './decode-failure.ts';
import { decodeFoundationModels } from './decode-models.ts';
import { bedrockEmbeddings } from './embeddings-wire.ts';
import { modelFamily } from './model-family.ts';

/**
 * Amazon Bedrock: Converse for chat, whoever made the model, InvokeModel for embeddings and for Anthropic's own clients. No
 * client speaks Converse, so those calls are translated.
 */
export const bedrock: Provider = {
  slug: 'bedrock',
  defaultBaseUrl: null,
  isSupported: true,
  connect: (parts) => {
    const read = readBedrockConnection(parts);
    return read.ok ? succeed(connect(read.value)) : read;
  },
};

function connect(connection: BedrockConnection): ProviderConnection {
  const { url, apiKey, signing } = connection;
  const authorization = apiKey === null ? [] : ['authorization', `Bearer ${apiKey}`];
  const headers = [
    'content-type',
    'application/json',
    'accept-encoding',
    'identity',
    ...authorization,
  ];
  const chat = converseWire(connection, headers, apiKey);
  const converse: ProviderConnection = {
    origin: url.origin,
    dialects: NO_DIALECTS,
    chat,
    countTokens: bedrockCountTokens(chat),
    operations: { embeddings: bedrockEmbeddings(connection.basePath, headers) },
    signing,
    encodeRequest: () => fail(TRANSLATED_ALONE),
    decodeResponse: () => ({ ok: false, failure: TRANSLATED_ALONE }),
    streamDecoder: () => ({ ...REFUSED_STREAM }),
    decodeFailure: (answer, nowMs) => decodeFailure(answer, apiKey, nowMs),
    modelList: modelListOf(connection, headers),
  };
  // InvokeModel reports an intervention of the guardrail in no way that Anthropic's clients know.
  if (connection.defaults.guardrailConfig) return converse;
  const claude = bedrockClaude(converse, connection, headers);
  const forModel = (model: string): ProviderConnection =>
    modelFamily(model) === 'anthropic' ? claude : converse;
  return { ...converse, forModel };
}

/** Models are listed by another host than the one that runs them. */
function modelListOf({ url, basePath }: BedrockConnection, headers: string[]): ModelList {
  const host = url.hostname.replace(/^bedrock-runtime(?=[.-])/, 'bedrock');
  const origin = host === url.hostname ? undefined : url.origin.replace(url.hostname, host);
  return {
    ...(origin === undefined ? {} : { origin }),
    path: `${basePath}/foundation-models`,
    headers,
    decode: decodeFoundationModels,
  };
}

const NO_DIALECTS: ReadonlySet<Dialect> = new Set();

const TRANSLATED_ALONE: Failure = failure('request.unsupported_by_provider', {
  message: 'Bedrock does not take this endpoint.',
});

const REFUSED_STREAM: StreamDecoder = {
  phase: 'failed',
  failure: TRANSLATED_ALONE,
  tail: new Uint8Array(0),
  usage: null,
  reportedCostPicoUsd: null,
  finishReason: null,
  estimateOutputTokens: () => 0,
  push: () => undefined,
  end: () => undefined,
};
