import type { Failure, Result } from '@tollgate/contracts';
import type {
  FetchedMediaMap,
  Losses,
  OperationPieces,
  OperationTypes,
  PlainOperation,
} from '@tollgate/neutral';
import type { StreamReader } from './chat-wire.ts';
import type { AnswerFacts, UpstreamRequest } from './provider.ts';

export interface OperationRequest<Operation extends PlainOperation> {
  readonly request: OperationTypes[Operation]['request'];
  readonly model: string;
  /** Told of everything that the wire cannot express; settled by the caller after encoding. */
  readonly losses: Losses;
  /** What `mediaToFetch` asked for. */
  readonly fetched: FetchedMediaMap;
  /** The answer is wanted piece by piece: only where the wire has a `pieceReader`. */
  readonly stream: boolean;
}

export type DecodedOperation<Operation extends PlainOperation> =
  | {
      readonly ok: true;
      readonly answer: OperationTypes[Operation]['answer'];
      readonly facts: AnswerFacts;
    }
  | { readonly ok: false; readonly failure: Failure };

/**
 * A connection's own wire of an operation in neutral terms, for clients that speak another dialect. Pure. What it cannot
 * express is named as OpenAI names it.
 */
export interface OperationWire<Operation extends PlainOperation> {
  /** URLs in the request that this wire takes only as bytes, each once; missing where there are never any. */
  mediaToFetch?(request: OperationTypes[Operation]['request']): readonly string[];
  /** `droppedParams` of the result is left empty: `losses` knows. */
  encodeRequest(request: OperationRequest<Operation>): Result<UpstreamRequest, Failure>;
  /**
   * @param body the whole body of a 2xx answer
   * @param request what was encoded
   */
  decodeAnswer(body: Buffer, request: OperationRequest<Operation>): DecodedOperation<Operation>;
  /** Reads a streamed answer; missing where the vendor gives whole answers alone. */
  readonly pieceReader?: (
    request: OperationRequest<Operation>,
    emit: (piece: OperationPieces[Operation]) => void,
  ) => StreamReader;
}

/** The operations that a connection serves in neutral terms. */
export type OperationWires = {
  readonly [Operation in PlainOperation]?: OperationWire<Operation>;
};
