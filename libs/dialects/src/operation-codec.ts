import type { Dialect, Failure, Result } from '@tollgate/contracts';
import type { OperationTypes, PlainOperation } from '@tollgate/neutral';

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
}

export interface EncodedAnswer {
  readonly body: Uint8Array;
  readonly contentType: string;
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
}

export type AnyOperationCodec = {
  readonly [Operation in PlainOperation]: OperationCodec<Operation>;
}[PlainOperation];
