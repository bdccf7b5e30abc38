import { failure, type Failure } from '@tollgate/contracts';
import { handlerFailure } from '../bus/handler-failure.ts';
import type { RequestContext, RequestRoute } from '../bus/handlers.ts';
import { errorText } from '../log.ts';
import { isRequestFrameHeader } from '../wire/call-header.ts';
import { FrameKind, type FrameReader, frame } from '../wire/frame.ts';
import { CHUNK_BYTES, REPLY_BYTES } from '../wire/limits.ts';
import type { CarrierParts } from './carrier-parts.ts';
import { Lane } from './outbox.ts';

/** Runs the handler of a request that came over NATS, and answers. Never rejects. */
export async function serveRequest(
  parts: CarrierParts,
  route: RequestRoute,
  reader: FrameReader,
  replyTo: string,
): Promise<'answered' | 'failed'> {
  const lane = new Lane(parts.outbox, replyTo);
  route.work.enter();
  try {
    sendAnswer(lane, await ask(route, reader));
    return 'answered';
  } catch (thrown) {
    const reason = reasonOf(thrown);
    if (reason.code === 'bus.handler_failed') {
      const { subject } = route.message;
      parts.log.error({ error: errorText(thrown), subject }, 'a handler of requests threw');
    }
    lane.send(frame(FrameKind.failure, JSON.stringify(reason)));
    return 'failed';
  } finally {
    route.work.leave();
  }
}

async function ask(route: RequestRoute, reader: FrameReader): Promise<unknown> {
  const header = reader.header();
  if (!isRequestFrameHeader(header)) throw new Refusal(failure('bus.payload_invalid'));
  if (Date.now() >= header.d) throw new Refusal(failure('bus.deadline_exceeded'));
  const question = route.message.request.safeParse(header.q);
  if (!question.success)
    throw new Refusal(failure('bus.payload_invalid', { internal: question.error.message }));
  const context: RequestContext = {
    deadlineAt: header.d,
    ...(header.id === undefined ? {} : { requestId: header.id }),
    ...(header.tp === undefined ? {} : { traceparent: header.tp }),
  };
  return route.handle(question.data, context);
}

function sendAnswer(lane: Lane, answer: unknown): void {
  const bytes = Buffer.from(JSON.stringify(answer));
  if (bytes.length > REPLY_BYTES)
    throw new Refusal(failure('bus.payload_invalid', { internal: 'the answer is too large' }));
  let at = 0;
  for (; bytes.length - at > CHUNK_BYTES; at += CHUNK_BYTES)
    lane.send(frame(FrameKind.data, '', null, bytes.subarray(at, at + CHUNK_BYTES)));
  lane.send(frame(FrameKind.reply, '', null, bytes.subarray(at)));
}

function reasonOf(thrown: unknown): Failure {
  if (thrown instanceof Refusal) return thrown.reason;
  if (thrown instanceof SyntaxError && thrown.message.includes('JSON'))
    return failure('bus.payload_invalid', { internal: thrown.message });
  return handlerFailure(thrown);
}

/** The bus refuses the request before, or after, its handler had it. */
class Refusal extends Error {
  constructor(readonly reason: Failure) {
    super(reason.code);
  }
}
