import { type Failure, NO_USAGE, type Result } from '@tollgate/contracts';
import type { CountTokensCodec } from '@tollgate/dialects';
import { type FetchedMediaMap, Losses } from '@tollgate/neutral';
import type {
  ClientRequest,
  CountTokensWire,
  DecodedResponse,
  StreamDecoder,
  UpstreamRequest,
} from '@tollgate/providers';
import type { CallWire, CallWireOptions } from './call-wire.ts';
import type { DecodedRequest } from './conversation-of.ts';
import { settle } from './settle.ts';
import { noStream } from './translated-operation.ts';

const NOTHING_FETCHED: FetchedMediaMap = new Map();

/** One attempt to count the tokens of a prompt by another vendor's rules than the client speaks. */
export class TranslatedCount implements CallWire {
  constructor(
    private readonly wire: CountTokensWire,
    private readonly codec: CountTokensCodec,
    private readonly decoded: DecodedRequest,
    private readonly options: CallWireOptions,
  ) {}

  get mediaToFetch(): readonly string[] {
    return this.wire.mediaToFetch(this.decoded.conversation);
  }

  encodeRequest(
    _request: ClientRequest,
    model: string,
    fetched: FetchedMediaMap = NOTHING_FETCHED,
  ): Result<UpstreamRequest, Failure> {
    const losses = new Losses(this.options.policy, this.options.provider);
    const { conversation } = this.decoded;
    const upstream = this.wire.encodeRequest({
      conversation,
      model,
      stream: false,
      outputCap: null,
      losses,
      fetched,
    });
    return settle(upstream, losses, this.codec.prompt.fieldNames);
  }

  /** A count costs nothing. */
  decodeResponse(_request: ClientRequest, body: Buffer): DecodedResponse {
    const count = this.wire.decodeCount(body);
    if (!count.ok) return count;
    const facts = {
      usage: NO_USAGE,
      reportedCostPicoUsd: null,
      finishReason: null,
      estimateOutputTokens: () => 0,
    };
    return { ok: true, body: this.codec.encodeCount(count.value), facts };
  }

  streamDecoder(): StreamDecoder {
    return noStream();
  }
}
