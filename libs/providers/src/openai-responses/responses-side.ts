import { fail, failure, type Failure, type Result, succeed } from '@tollgate/contracts';
import type { ChatWire } from '../chat-wire.ts';
import type { CountTokensWire } from '../count-tokens-wire.ts';
import type { Quirks } from '../openai-compatible/quirks.ts';
import type {
  ClientRequest,
  ConnectionParts,
  DecodedResponse,
  Emit,
  StreamDecoder,
  UpstreamRequest,
} from '../provider.ts';
import { responsesCountTokens } from './count-tokens.ts';
import { decodeResponse } from './decode-response.ts';
import type { CostReport } from './decode-usage.ts';
import { encodeBody } from './encode-body.ts';
import { type ResponsesEndpoint, responsesWire } from './responses-wire.ts';
import { ResponsesStreamDecoder } from './stream-decoder.ts';

/** The part of a connection that serves `/responses`: the bytes of clients that speak it pass through. */
export interface ResponsesSide {
  serves(request: ClientRequest): boolean;
  encodeRequest(request: ClientRequest, model: string): Result<UpstreamRequest, Failure>;
  decodeResponse(body: Buffer): DecodedResponse;
  streamDecoder(emit: Emit): StreamDecoder;
  /** Where `config.api` says so, clients of other dialects are served over it as well; else null. */
  readonly chat: ChatWire | null;
  /** For vendors that count a prompt's tokens. */
  readonly countTokens: CountTokensWire;
}

/** Made once for a connection; null where it does not serve `/responses`. */
export function responsesSideOf(
  quirks: Quirks,
  { config, credential }: Pick<ConnectionParts, 'config' | 'credential'>,
  basePath: string,
  headers: string[],
): ResponsesSide | null {
  const path = quirks.responsesPath(basePath, config);
  return path === null
    ? null
    : responsesSide(
        { path, headers, credential, costReport: costReportOf(quirks) },
        config.api === 'responses',
      );
}

function responsesSide(endpoint: ResponsesEndpoint, isForAll: boolean): ResponsesSide {
  const { path, headers } = endpoint;
  return {
    serves: (request) => request.dialect === 'openai-responses',
    encodeRequest: (request, model) => {
      const encoded = encodeBody(request, model);
      if (!encoded) return fail(failure('request.validation_error'));
      return succeed({ path, headers, ...encoded });
    },
    decodeResponse: (body) => decodeResponse(body, endpoint),
    streamDecoder: (emit) => new ResponsesStreamDecoder(endpoint, emit),
    chat: isForAll ? responsesWire(endpoint) : null,
    countTokens: responsesCountTokens(endpoint),
  };
}

function costReportOf({ slug, reportsCost }: Quirks): CostReport {
  if (slug === 'xai') return 'ticks';
  return reportsCost ? 'usd' : 'none';
}
