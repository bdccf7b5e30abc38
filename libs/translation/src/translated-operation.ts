import { fail, failure, type Failure, type Result, succeed } from '@tollgate/contracts';
import type { OperationCodec, OperationContext } from '@tollgate/dialects';
import {
  type FetchedMediaMap,
  Losses,
  type OperationPieces,
  type OperationTypes,
  PIECES_OF,
  type PlainOperation,
} from '@tollgate/neutral';
import type {
  AnswerFacts,
  ClientRequest,
  DecodedResponse,
  Emit,
  OperationRequest,
  OperationWire,
  StreamDecoder,
  StreamReader,
  UpstreamRequest,
} from '@tollgate/providers';
import type { CallWire, CallWireOptions } from './call-wire.ts';
import { OperationStream } from './operation-stream.ts';
import { settle } from './settle.ts';
import { WholeReader } from './whole-reader.ts';

const NOTHING_FETCHED: FetchedMediaMap = new Map();

/** One attempt of an operation that is no conversation, whose client and provider speak different wires. */
export class TranslatedOperation<Operation extends PlainOperation> implements CallWire {
  private encoded: OperationRequest<Operation> | null = null;

  constructor(
    private readonly wire: OperationWire<Operation>,
    private readonly codec: OperationCodec<Operation>,
    private readonly decoded: OperationTypes[Operation]['request'],
    private readonly options: CallWireOptions,
  ) {}

  get mediaToFetch(): readonly string[] {
    return this.wire.mediaToFetch?.(this.decoded) ?? [];
  }

  encodeRequest(
    request: ClientRequest,
    model: string,
    fetched: FetchedMediaMap = NOTHING_FETCHED,
  ): Result<UpstreamRequest, Failure> {
    const { codec, wire } = this;
    const losses = new Losses(this.options.policy, this.options.provider);
    if (request.stream && !codec.streamEncoder) losses.refuse('stream');
    const isWanted = codec.streamEncoder && (request.stream || codec.streamsBody === true);
    const stream = isWanted === true && wire.pieceReader !== undefined;
    this.encoded = { request: this.decoded, model, losses, fetched, stream };
    return settle(wire.encodeRequest(this.encoded), losses, codec.fieldNames);
  }

  decodeResponse(request: ClientRequest, body: Buffer): DecodedResponse {
    if (!this.encoded) return notEncoded();
    const decoded = this.wire.decodeAnswer(body, this.encoded);
    if (!decoded.ok) return decoded;
    const answer = this.codec.encodeAnswer(decoded.answer, this.contextOf(request));
    return { ok: true, ...answer, facts: decoded.facts };
  }

  streamDecoder(request: ClientRequest, emit: Emit): StreamDecoder {
    const { encoded } = this;
    const { pieceReader } = this.wire;
    if (!encoded?.stream || !pieceReader) return noStream();
    return this.piecesTo(request, emit, (give) => pieceReader(encoded, give));
  }

  /** The provider gives whole answers alone, or gave one. */
  wholeAnswerDecoder(request: ClientRequest, emit: Emit): StreamDecoder {
    const { encoded, wire, codec } = this;
    if (!encoded) return noStream();
    const piecesOf = PIECES_OF[codec.operation];
    return this.piecesTo(request, emit, (give) => {
      const decode = (body: Buffer): Result<AnswerFacts, Failure> => {
        const decoded = wire.decodeAnswer(body, encoded);
        if (!decoded.ok) return decoded;
        for (const piece of piecesOf(decoded.answer)) give(piece);
        return succeed(decoded.facts);
      };
      return new WholeReader(decode);
    });
  }

  bodyDecoder(
    request: ClientRequest,
    contentType: string | undefined,
    emit: Emit,
  ): StreamDecoder | null {
    if (request.stream || !this.encoded?.stream) return null;
    return contentType?.startsWith('application/json')
      ? this.wholeAnswerDecoder(request, emit)
      : this.streamDecoder(request, emit);
  }

  private piecesTo(
    request: ClientRequest,
    emit: Emit,
    readerFor: (give: (piece: OperationPieces[Operation]) => void) => StreamReader,
  ): StreamDecoder {
    const { streamEncoder } = this.codec;
    if (!streamEncoder) return noStream();
    const context = this.contextOf(request);
    return new OperationStream<Operation>(readerFor, (give) => streamEncoder(context, give), emit);
  }

  private contextOf(request: ClientRequest): OperationContext {
    const { requestId = '', modelAsked, body, clientHeaders, stream } = request;
    const contentType = clientHeaders?.['content-type'];
    const context = { requestId, modelAsked, body, stream, nowS: this.options.nowS() };
    return contentType === undefined ? context : { ...context, contentType };
  }
}

/** What reads a stream where none may come. */
export function noStream(): StreamDecoder {
  return {
    phase: 'failed',
    failure: failure('provider.invalid_answer', { internal: 'a stream that was not asked for' }),
    tail: new Uint8Array(0),
    usage: null,
    reportedCostPicoUsd: null,
    finishReason: null,
    push: () => undefined,
    end: () => undefined,
    estimateOutputTokens: () => 0,
  };
}

function notEncoded(): { readonly ok: false; readonly failure: Failure } {
  return fail(failure('gateway.internal', { internal: 'an answer before its request' }));
}
