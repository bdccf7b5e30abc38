import { fail, failure, type Failure, type Result, succeed } from '@tollgate/contracts';
import type { Quirks } from '../openai-compatible/quirks.ts';
import type {
  ClientRequest,
  ConnectionParts,
  DecodedResponse,
  Emit,
  StreamDecoder,
  UpstreamRequest,
} from '../provider.ts';
import { decodeResponse, type ResponsesReading } from './decode-response.ts';
import type { CostReport } from './decode-usage.ts';
import { encodeBody } from './encode-body.ts';
import { ResponsesStreamDecoder } from './stream-decoder.ts';

interface ResponsesEndpoint extends ResponsesReading {
  /** With query. */
  readonly path: string;
  /** Names and values in turn. */
  readonly headers: string[];
}

/** The part of a connection that serves `/responses`: the bytes of clients that speak it pass through. */
export interface ResponsesSide {
  serves(request: ClientRequest): boolean;
  encodeRequest(request: ClientRequest, model: string): Result<UpstreamRequest, Failure>;
  decodeResponse(body: Buffer): DecodedResponse;
  streamDecoder(emit: Emit): StreamDecoder;
}

/** Made once for a connection; null where it does not serve `/responses`. */
export function responsesSideOf(
  quirks: Quirks,
  { config, credential }: ConnectionParts,
  basePath: string,
  headers: string[],
): ResponsesSide | null {
  const path = quirks.responsesPath(basePath, config);
  return path === null
    ? null
    : responsesSide({ path, headers, credential, costReport: costReportOf(quirks) });
}

function responsesSide(endpoint: ResponsesEndpoint): ResponsesSide {
  const { path, headers } = endpoint;
  return {
    serves: (request) => request.dialect === 'openai-responses',
    encodeRequest: (request, model) => {
      const body = encodeBody(request, model);
      if (!body) return fail(failure('request.validation_error'));
      return succeed({ path, headers, body, droppedParams: NONE });
    },
    decodeResponse: (body) => decodeResponse(body, endpoint),
    streamDecoder: (emit) => new ResponsesStreamDecoder(endpoint, emit),
  };
}

const NONE: readonly string[] = [];

function costReportOf({ slug, reportsCost }: Quirks): CostReport {
  if (slug === 'xai') return 'ticks';
  return reportsCost ? 'usd' : 'none';
}
