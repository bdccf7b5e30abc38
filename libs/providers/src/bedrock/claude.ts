import { type Dialect, fail, failure, succeed } from '@tollgate/contracts';
import { decodeResponse } from '../anthropic/decode-response.ts';
import { encodeHosted, namesMediaByUrl } from '../anthropic/encode-hosted.ts';
import { betaFeatures } from '../anthropic/headers.ts';
import type { ProviderConnection } from '../provider.ts';
import type { BedrockConnection } from './connection.ts';
import { InvokeStreamDecoder } from './invoke-stream-decoder.ts';

const VERSION = 'bedrock-2023-05-31';
const DIALECTS: ReadonlySet<Dialect> = new Set<Dialect>(['anthropic-messages']);

/**
 * Anthropic's models on Bedrock: clients of Anthropic's own are passed through InvokeModel, which takes Anthropic's body
 * without the model (docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-anthropic-claude-messages.html, 2026-11);
 * all others go over Converse.
 */
export function bedrockClaude(
  converse: ProviderConnection,
  { basePath, apiKey, betas, latency }: BedrockConnection,
  headers: string[],
): ProviderConnection {
  const invokeHeaders =
    latency === null ? headers : [...headers, 'x-amzn-bedrock-performanceconfig-latency', latency];
  return {
    ...converse,
    dialects: DIALECTS,
    passes: ({ body }) => !namesMediaByUrl(body),
    encodeRequest: (request, model) => {
      const body = encodeHosted(request, model, {
        version: VERSION,
        without: ['model', 'stream'],
        betas: betaFeatures(betas, request.clientHeaders),
      });
      if (!body) return fail(failure('request.validation_error'));
      const action = request.stream ? 'invoke-with-response-stream' : 'invoke';
      const path = `${basePath}/model/${encodeURIComponent(model)}/${action}`;
      return succeed({ path, headers: invokeHeaders, body, droppedParams: [] });
    },
    decodeResponse: (_request, body) => decodeResponse(body, apiKey),
    streamDecoder: (_request, emit) => new InvokeStreamDecoder(apiKey, emit),
  };
}
