import type { Failure, Result } from '@tollgate/contracts';
import type { AnswerContext, ChatCodec } from '@tollgate/dialects';
import { type FetchedMediaMap, Losses } from '@tollgate/neutral';
import type {
  ChatWire,
  ClientRequest,
  DecodedResponse,
  Emit,
  StreamDecoder,
  UpstreamRequest,
  WireRequest,
} from '@tollgate/providers';
import type { CallWire, CallWireOptions } from './call-wire.ts';
import type { DecodedRequest } from './conversation-of.ts';
import { keeperOf } from './keeper-of.ts';
import { settle } from './settle.ts';
import { TranslatedStream } from './translated-stream.ts';
import { UnfoldedAnswer } from './unfolded-answer.ts';

const NOTHING_FETCHED: FetchedMediaMap = new Map();

/** One attempt of a request whose client and provider speak different wires. */
export class TranslatedWire implements CallWire {
  private encoded: WireRequest | null = null;

  constructor(
    private readonly wire: ChatWire,
    private readonly codec: ChatCodec,
    private readonly decoded: DecodedRequest,
    private readonly options: CallWireOptions,
  ) {}

  get mediaToFetch(): readonly string[] {
    return this.wire.mediaToFetch(this.decoded.conversation);
  }

  encodeRequest(
    request: ClientRequest,
    model: string,
    fetched: FetchedMediaMap = NOTHING_FETCHED,
  ): Result<UpstreamRequest, Failure> {
    const { policy, provider } = this.options;
    const losses = new Losses(policy, provider);
    const wireRequest = this.wireRequest(request, model, losses, fetched);
    this.encoded = wireRequest;
    return settle(this.wire.encodeRequest(wireRequest), losses, this.codec.fieldNames);
  }

  decodeResponse(request: ClientRequest, body: Buffer): DecodedResponse {
    const answer = this.wire.decodeAnswer(body, this.encodedOr(request));
    if (!answer.ok) return answer;
    const encoded = this.codec.encodeAnswer(answer.answer, this.contextOf(request));
    return { ok: true, body: encoded, facts: answer.facts };
  }

  streamDecoder(request: ClientRequest, emit: Emit): StreamDecoder {
    const wireRequest = this.encodedOr(request);
    return new TranslatedStream(
      (push) => this.wire.streamReader(wireRequest, push),
      (give) => this.codec.streamEncoder(this.contextOf(request), give),
      emit,
    );
  }

  wholeAnswerDecoder(request: ClientRequest, emit: Emit): StreamDecoder {
    const wireRequest = this.encodedOr(request);
    return new TranslatedStream(
      (push) => new UnfoldedAnswer((body) => this.wire.decodeAnswer(body, wireRequest), push),
      (give) => this.codec.streamEncoder(this.contextOf(request), give),
      emit,
    );
  }

  private wireRequest(
    { stream, outputCap }: ClientRequest,
    model: string,
    losses: Losses,
    fetched: FetchedMediaMap,
  ): WireRequest {
    const { conversation } = this.decoded;
    return { conversation, model, stream, outputCap, losses, fetched };
  }

  /** What was sent; for an answer to something else, the request as it came. */
  private encodedOr(request: ClientRequest): WireRequest {
    if (this.encoded) return this.encoded;
    const { policy, provider } = this.options;
    const losses = new Losses(policy, provider);
    return this.wireRequest(request, request.modelAsked ?? '', losses, NOTHING_FETCHED);
  }

  private contextOf({ requestId = '', modelAsked, usageAsked }: ClientRequest): AnswerContext {
    const { fields: request } = this.decoded;
    const context = { requestId, modelAsked, usageAsked, nowS: this.options.nowS(), request };
    const keep = keeperOf(request, this.options.keep);
    return keep ? { ...context, keep } : context;
  }
}
