import type { Failure, Result, TokenUsage } from '@tollgate/contracts';
import type { ChatCodec } from '@tollgate/dialects';
import { type Conversation, type FetchedMediaMap, Losses } from '@tollgate/neutral';
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
import { codecFor } from './codecs.ts';
import { continuationTurn } from './continuation-turn.ts';
import { conversationOf } from './conversation-of.ts';
import { JoinedAnswer } from './joined-answer.ts';
import { JoinedStream } from './joined-stream.ts';
import { keeperOf } from './keeper-of.ts';
import { settle } from './settle.ts';
import { UnfoldedAnswer } from './unfolded-answer.ts';

/** What the next provider must know of those before it. */
export interface Handover {
  /** What they used together. */
  readonly usage: TokenUsage;
  /** The most that may still be said, in tokens; null for no limit. */
  readonly outputCap: number | null;
}

/**
 * A streamed answer in plain text that may be given by several providers in turn: when one is cut off, the next is told what
 * was said so far and goes on, and the client sees one answer in its dialect.
 */
export class ContinuableAnswer {
  private handover: Handover | null = null;

  private constructor(
    private readonly conversation: Conversation,
    private readonly codec: ChatCodec,
    private readonly answer: JoinedAnswer,
    private readonly outputCap: number | null,
  ) {}

  /** Null where tools, reasoning, several choices or a format are in play, or the dialect is no chat. */
  static of(
    request: ClientRequest,
    { nowS, keep }: Pick<CallWireOptions, 'nowS' | 'keep'>,
  ): ContinuableAnswer | null {
    const codec = request.stream ? codecFor(request.dialect) : undefined;
    if (!codec) return null;
    const decoded = conversationOf(request, codec);
    if (!decoded.ok || !isPlain(decoded.value.conversation)) return null;
    const { fields, conversation } = decoded.value;
    const { requestId = '', modelAsked, usageAsked, outputCap } = request;
    const keeper = keeperOf(fields, keep);
    const context = {
      ...{ requestId, modelAsked, usageAsked, nowS: nowS(), request: fields },
      ...(keeper ? { keep: keeper } : {}),
    };
    const answer = new JoinedAnswer((give) => codec.streamEncoder(context, give));
    return new ContinuableAnswer(conversation, codec, answer, outputCap);
  }

  /** Whether what was given so far can go on elsewhere: text alone, in the middle of it. */
  get canGoOn(): boolean {
    const { isTextOnly, isFinished, openPart } = this.answer;
    return isTextOnly && !isFinished && openPart !== null;
  }

  /** The most that the answer was to have, in tokens; null for no limit. */
  get limit(): number | null {
    return this.conversation.maxOutputTokens ?? this.outputCap;
  }

  /** From now on wires go on with what was said. */
  goOn(handover: Handover): void {
    this.handover = handover;
    this.answer.prior = handover.usage;
  }

  /** One attempt over the neutral model, even where bytes could pass through. */
  wireFor(wire: ChatWire, options: CallWireOptions): CallWire {
    return new JoinedWire(wire, options, this.codec, this.answer, this.conversation, this.handover);
  }
}

function isPlain(conversation: Conversation): boolean {
  const { tools, reasoning, candidates, outputFormat, logprobs, modalities, messages } =
    conversation;
  const thinks = reasoning && reasoning.effort !== 'none' && reasoning.budgetTokens !== 0;
  const speaksText = !modalities || modalities.every((one) => one === 'text');
  const isText = !outputFormat || outputFormat.type === 'text';
  return (
    !tools?.length &&
    !thinks &&
    !logprobs &&
    (candidates ?? 1) === 1 &&
    isText &&
    speaksText &&
    messages.at(-1)?.role !== 'assistant'
  );
}

class JoinedWire implements CallWire {
  private encoded: WireRequest | null = null;
  private dropsLeadingBlanks = false;

  constructor(
    private readonly wire: ChatWire,
    private readonly options: CallWireOptions,
    private readonly codec: ChatCodec,
    private readonly answer: JoinedAnswer,
    private readonly conversation: Conversation,
    private readonly handover: Handover | null,
  ) {}

  get mediaToFetch(): readonly string[] {
    return this.wire.mediaToFetch(this.conversation);
  }

  encodeRequest(
    request: ClientRequest,
    model: string,
    fetched: FetchedMediaMap = new Map(),
  ): Result<UpstreamRequest, Failure> {
    const { policy, provider } = this.options;
    const losses = new Losses(policy, provider);
    const encoded = this.requestTo(model, request, losses, fetched);
    return settle(this.wire.encodeRequest(encoded), losses, this.codec.fieldNames);
  }

  /** A whole answer is read as a stream: see `wholeAnswerDecoder`. */
  decodeResponse(request: ClientRequest, body: Buffer): DecodedResponse {
    const read = this.wire.decodeAnswer(body, this.encodedOr(request));
    if (!read.ok) return read;
    return { ok: true, body: new Uint8Array(0), facts: read.facts };
  }

  streamDecoder(request: ClientRequest, emit: Emit): StreamDecoder {
    const encoded = this.encodedOr(request);
    const { answer } = this;
    return new JoinedStream(
      (push) => this.wire.streamReader(encoded, push),
      answer,
      this.share(),
      emit,
    );
  }

  wholeAnswerDecoder(request: ClientRequest, emit: Emit): StreamDecoder {
    const encoded = this.encodedOr(request);
    const decode = (body: Buffer) => this.wire.decodeAnswer(body, encoded);
    const { answer } = this;
    return new JoinedStream((push) => new UnfoldedAnswer(decode, push), answer, this.share(), emit);
  }

  private share() {
    const { handover, dropsLeadingBlanks } = this;
    return { isContinuation: handover !== null, dropsLeadingBlanks };
  }

  private told(model: string): { readonly conversation: Conversation } {
    const { conversation, handover } = this;
    if (!handover) return { conversation };
    const turn = continuationTurn(conversation, this.answer.text, this.options.provider, model);
    this.dropsLeadingBlanks = turn.dropsLeadingBlanks;
    const { messages } = turn;
    const { outputCap } = handover;
    if (conversation.maxOutputTokens === undefined || outputCap === null)
      return { conversation: { ...conversation, messages } };
    return { conversation: { ...conversation, messages, maxOutputTokens: outputCap } };
  }

  private requestTo(
    model: string,
    request: ClientRequest,
    losses: Losses,
    fetched: FetchedMediaMap,
  ): WireRequest {
    const outputCap = this.handover?.outputCap ?? request.outputCap;
    this.encoded = { ...this.told(model), model, stream: true, outputCap, losses, fetched };
    return this.encoded;
  }

  /** What was sent; for an answer to something else, the request as it came. */
  private encodedOr(request: ClientRequest): WireRequest {
    const { policy, provider } = this.options;
    const losses = new Losses(policy, provider);
    return this.encoded ?? this.requestTo(request.modelAsked ?? '', request, losses, new Map());
  }
}
