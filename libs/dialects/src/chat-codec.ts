import type { ChatDialect, Failure, Result } from '@tollgate/contracts';
import type { Answer, AnswerEvent, Conversation, ConversationField } from '@tollgate/neutral';

/** What an answer must know of the request that it answers. */
export interface AnswerContext {
  /** `req_…`, from which ids are made where the provider gave none. */
  readonly requestId: string;
  /** The model as the client named it; null when it named none. */
  readonly modelAsked: string | null;
  /** The client asked for the usage chunk at the end of a stream (OpenAI chat). */
  readonly usageAsked: boolean;
  /** Seconds since the epoch, where the provider gave no time. */
  readonly nowS: number;
  /** The client's body, for dialects whose answers repeat parts of it (OpenAI responses). */
  readonly request: Readonly<Record<string, unknown>>;
  /**
   * Takes the whole answer to be kept for later requests (OpenAI responses), once, when it is complete; missing: it is not
   * kept.
   */
  readonly keep?: (answer: Readonly<Record<string, unknown>>) => void;
}

/**
 * Writes a streamed answer in the client's dialect. Whole frames leave through the `emit` it was made with; the frames
 * that complete the answer are held back in `tail` from the event `end` on, for the caller to send once the call is
 * recorded.
 */
export interface StreamEncoder {
  push(event: AnswerEvent): void;
  readonly tail: Uint8Array;
}

export type EmitFrame = (bytes: Uint8Array) => void;

/** Carries one chat dialect over to the neutral model and back. Pure. */
export interface ChatCodec {
  readonly dialect: ChatDialect;
  /**
   * The whole request, nothing lost: what has no neutral meaning stands in `others`.
   * @param fields the body, already validated by the dialect's `parse`
   */
  decodeRequest(fields: Readonly<Record<string, unknown>>): Result<Conversation, Failure>;
  /** The name that the dialect's clients know a field by, where it is another than OpenAI chat's. */
  readonly fieldNames: Readonly<Partial<Record<ConversationField, string>>>;
  /** The whole body. */
  encodeAnswer(answer: Answer, context: AnswerContext): Uint8Array;
  streamEncoder(context: AnswerContext, emit: EmitFrame): StreamEncoder;
}
