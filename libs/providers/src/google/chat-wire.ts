import { succeed } from '@tollgate/contracts';
import { AnswerFold } from '@tollgate/neutral';
import type { ChatWire, DecodedAnswer, WireRequest } from '../chat-wire.ts';
import { AnswerReader } from './answer-reader.ts';
import { candidatesOf } from './chunk-facts.ts';
import { factsOf, readWhole } from './decode-response.ts';
import { mediaToFetch } from './encode-media.ts';
import { encodeRequest } from './encode-request.ts';
import type { GoogleEndpoint } from './endpoint.ts';
import { STREAM, WHOLE } from './methods.ts';
import { blocked, GoogleStreamReader } from './stream-reader.ts';

/** Google's chat in neutral terms. */
export function googleChatWire(endpoint: GoogleEndpoint, credential: string | null): ChatWire {
  return {
    mediaToFetch,
    encodeRequest: (request) => {
      const { model, stream } = request;
      const body = Buffer.from(JSON.stringify(encodeRequest(request, endpoint.isVertex)));
      const path = endpoint.pathOf(model, stream ? STREAM : WHOLE);
      return succeed({ path, headers: endpoint.headers, body, droppedParams: [] });
    },
    decodeAnswer: (body, request) => decodeAnswer(body, request, credential),
    streamReader: (request, emit) => new GoogleStreamReader(credential, seedOf(request), emit),
  };
}

function decodeAnswer(
  body: Buffer,
  request: WireRequest,
  credential: string | null,
): DecodedAnswer {
  const read = readWhole(body, credential);
  if (!read.ok) return read;
  const facts = factsOf(read.answer);
  if (candidatesOf(read.answer).length === 0)
    return { ok: false, failure: blocked(facts.finishReason) };
  const fold = new AnswerFold();
  const reader = new AnswerReader(seedOf(request), (event) => fold.push(event));
  reader.read(read.answer);
  reader.end(facts.usage);
  return { ok: true, answer: fold.answer(), facts };
}

/** Differs from turn to turn of a conversation, and is the same for the same turn. */
function seedOf({ conversation }: WireRequest): string {
  return `turn${conversation.messages.length}`;
}
