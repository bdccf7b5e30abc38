import { fail, failure, type Failure, type Result } from '@tollgate/contracts';
import type { OperationCodec, OperationContext } from '@tollgate/dialects';
import {
  type FetchedMediaMap,
  Losses,
  type OperationTypes,
  type PlainOperation,
} from '@tollgate/neutral';
import type {
  ClientRequest,
  DecodedResponse,
  OperationRequest,
  OperationWire,
  StreamDecoder,
  UpstreamRequest,
} from '@tollgate/providers';
import type { CallWire, CallWireOptions } from './call-wire.ts';
import { settle } from './settle.ts';

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
    const losses = new Losses(this.options.policy, this.options.provider);
    if (request.stream) losses.refuse('stream');
    this.encoded = { request: this.decoded, model, losses, fetched };
    return settle(this.wire.encodeRequest(this.encoded), losses, this.codec.fieldNames);
  }

  decodeResponse(request: ClientRequest, body: Buffer): DecodedResponse {
    if (!this.encoded) return notEncoded();
    const decoded = this.wire.decodeAnswer(body, this.encoded);
    if (!decoded.ok) return decoded;
    const answer = this.codec.encodeAnswer(decoded.answer, this.contextOf(request));
    return { ok: true, ...answer, facts: decoded.facts };
  }

  /** `encodeRequest` refuses streams: whatever comes as one is no answer. */
  streamDecoder(): StreamDecoder {
    return noStream();
  }

  private contextOf(request: ClientRequest): OperationContext {
    const { requestId = '', modelAsked, body, clientHeaders } = request;
    const contentType = clientHeaders?.['content-type'];
    const context = { requestId, modelAsked, body, nowS: this.options.nowS() };
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
