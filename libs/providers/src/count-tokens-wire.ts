import { fail, failure, type Failure, type Result, succeed } from '@tollgate/contracts';
import type { ChatWire, WireRequest } from './chat-wire.ts';
import { isRecord, parseJson } from './json/json-value.ts';
import { parseAnswer } from './json/parse-answer.ts';
import type { UpstreamRequest } from './provider.ts';

/** Counts the tokens of a prompt in neutral terms; nothing is generated. Pure. */
export interface CountTokensWire extends Pick<ChatWire, 'mediaToFetch'> {
  /** `droppedParams` of the result is left empty: the request's losses know. */
  encodeRequest(request: WireRequest): Result<UpstreamRequest, Failure>;
  /** @param body the whole body of a 2xx answer */
  decodeCount(body: Buffer): Result<number, Failure>;
}

type Json = Readonly<Record<string, unknown>>;

/** How a vendor asks for a count, made from how it asks for an answer to the same prompt. */
export interface CountingEndpoint {
  pathFrom(chatPath: string): string;
  bodyFrom(chatBody: Json, model: string): Json;
  /** The field of the answer. */
  readonly field: string;
}

/** The vendor's counting beside its chat: the same prompt, encoded by the same rules. */
export function countTokensWire(chat: ChatWire, endpoint: CountingEndpoint): CountTokensWire {
  return {
    mediaToFetch: (conversation) => chat.mediaToFetch(conversation),
    encodeRequest: (request) => {
      const encoded = chat.encodeRequest({ ...request, stream: false, outputCap: null });
      if (!encoded.ok) return encoded;
      const body = parseJson(Buffer.from(encoded.value.body).toString());
      if (!isRecord(body)) return fail(failure('gateway.internal'));
      return succeed({
        ...encoded.value,
        path: endpoint.pathFrom(encoded.value.path),
        body: Buffer.from(JSON.stringify(endpoint.bodyFrom(body, request.model))),
      });
    },
    decodeCount: (body) => {
      const count = parseAnswer(body)?.[endpoint.field];
      if (typeof count === 'number' && Number.isInteger(count) && count >= 0) return succeed(count);
      const internal = `the answer has no ${endpoint.field}`;
      return fail(failure('provider.invalid_answer', { internal }));
    },
  };
}

/** The fields of that name, where they are. */
export function pick(body: Json, names: readonly string[]): Json {
  return Object.fromEntries(
    names.flatMap((name) => (body[name] === undefined ? [] : [[name, body[name]]])),
  );
}
