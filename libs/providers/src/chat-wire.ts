import type { Failure, Result } from '@tollgate/contracts';
import type { Answer, Conversation, EmitEvent, FetchedMediaMap, Losses } from '@tollgate/neutral';
import type { AnswerFacts, StreamDecoder, UpstreamRequest } from './provider.ts';

export interface WireRequest {
  readonly conversation: Conversation;
  readonly model: string;
  readonly stream: boolean;
  /** Tokens; sent where the client named no limit of its own. */
  readonly outputCap: number | null;
  /** Told of everything that the wire cannot express; settled by the caller after encoding. */
  readonly losses: Losses;
  /** What `mediaToFetch` asked for. */
  readonly fetched: FetchedMediaMap;
}

export type DecodedAnswer =
  | { readonly ok: true; readonly answer: Answer; readonly facts: AnswerFacts }
  | { readonly ok: false; readonly failure: Failure };

/** Reads a streamed answer as neutral events. `tail` stays empty: what completes the answer is the event `end`. */
export type StreamReader = Omit<StreamDecoder, 'tail'>;

/** A connection's own chat wire in neutral terms, for clients that speak another dialect. Pure. */
export interface ChatWire {
  /** URLs in the conversation that this wire takes only as bytes. At most 32, each once. */
  mediaToFetch(conversation: Conversation): readonly string[];
  /** `droppedParams` of the result is left empty: `losses` knows. */
  encodeRequest(request: WireRequest): Result<UpstreamRequest, Failure>;
  /** @param body the whole body of a 2xx answer */
  decodeAnswer(body: Buffer, request: WireRequest): DecodedAnswer;
  streamReader(request: WireRequest, emit: EmitEvent): StreamReader;
}
