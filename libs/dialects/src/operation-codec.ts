import type { Dialect, Failure, Result, TokenUsage } from '@tollgate/contracts';
import type { OperationPieces, OperationTypes, PlainOperation } from '@tollgate/neutral';
import type { EmitFrame } from './chat-codec.ts';

/** A request as it came, already validated by the dialect's `parse`. */
export interface OperationSource {
  readonly body: Uint8Array;
  /** The header line, with its parameters, where the body is no JSON. */
  readonly contentType?: string;
}

/** What an answer must know of the request that it answers. */
export interface OperationContext extends OperationSource {
  /** `req_…`, from which ids are made where the provider gave none. */
  readonly requestId: string;
  /** The model as the client named it; null when it named none. */
  readonly modelAsked: string | null;
  /** Seconds since the epoch, where the provider gave no time. */
  readonly nowS: number;
  /** The client asked for a stream of events. */
  readonly stream: boolean;
}

export interface EncodedAnswer {
  readonly body: Uint8Array;
  readonly contentType: string;
}

/** Writes a streamed answer. What completes it stays in `tail` after `end`. */
export interface OperationStreamEncoder<Operation extends PlainOperation> {
  /** Of the body, where it is no stream of events; known from the first piece on. */
  readonly contentType: string | undefined;
  readonly tail: Uint8Array;
  push(piece: OperationPieces[Operation]): void;
  /** @param usage null where the provider does not count */
  end(usage: TokenUsage | null): void;
}

/** Carries the dialect of an operation that is no conversation over to the neutral model and back. Pure. */
export interface OperationCodec<Operation extends PlainOperation> {
  readonly dialect: Dialect;
  readonly operation: Operation;
  /** The whole request, nothing lost: what has no neutral meaning stands in `others`. */
  decodeRequest(source: OperationSource): Result<OperationTypes[Operation]['request'], Failure>;
  /** The name that the dialect's clients know a field by, where it is another than OpenAI's. */
  readonly fieldNames: Readonly<Record<string, string>>;
  encodeAnswer(
    answer: OperationTypes[Operation]['answer'],
    context: OperationContext,
  ): EncodedAnswer;
  /**
   * Writes the answer to a request for a stream; missing where the dialect has none.
   * @param context of a request for a stream, or, with `streamsBody`, of any
   */
  streamEncoder?(context: OperationContext, emit: EmitFrame): OperationStreamEncoder<Operation>;
  /** A whole answer has the same bytes whether it goes out as it comes or at once: sound. */
  readonly streamsBody?: boolean;
}

export type AnyOperationCodec = {
  readonly [Operation in PlainOperation]: OperationCodec<Operation>;
}[PlainOperation];
