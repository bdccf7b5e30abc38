import {
  type Failure,
  fail,
  failure,
  type RequestMessage,
  type Result,
  succeed,
} from '@tollgate/contracts';
import type { Timed } from '../bus/deadlines.ts';
import type { RequestContext } from '../bus/handlers.ts';
import { decodeFailure } from '../wire/decode-failure.ts';
import { FrameKind, FrameReader, frame } from '../wire/frame.ts';
import { MESSAGE_BYTES, REPLY_BYTES } from '../wire/limits.ts';
import type { CarrierParts } from './carrier-parts.ts';
import type { Receiver } from './inbox.ts';
import { isNoResponder, type LinkMessage } from './link.ts';
import { Lane } from './outbox.ts';

/** A request on its way to another process, until its answer is here. */
export class OutgoingRequest implements Receiver, Timed {
  readonly deadlineAt: number;
  private readonly token: string;
  /** Parts of an answer that is longer than a message. */
  private parts: Buffer[] = [];
  private partBytes = 0;
  private isDone = false;

  constructor(
    private readonly carrier: CarrierParts,
    private readonly message: RequestMessage<unknown, unknown>,
    question: unknown,
    context: RequestContext,
    private readonly resolve: (result: Result<unknown, Failure>) => void,
  ) {
    this.deadlineAt = context.deadlineAt;
    this.token = carrier.inbox.open(this);
    carrier.deadlines.add(this);
    const { requestId: id, traceparent: tp, deadlineAt: d } = context;
    const one = frame(FrameKind.request, JSON.stringify({ d, id, tp, q: question }));
    if (one.headerBytes > MESSAGE_BYTES) {
      this.finish(fail(failure('bus.payload_invalid', { internal: 'the question is too large' })));
      return;
    }
    new Lane(carrier.outbox, message.subject, carrier.inbox.subjectOf(this.token))
      .introduce()
      .send(one);
  }

  receive(message: LinkMessage): void {
    if (isNoResponder(message)) return this.finish(fail(failure('bus.no_responder')));
    const reader = new FrameReader(message.data);
    try {
      while (!this.isDone && reader.advance()) this.take(reader);
    } catch (thrown) {
      if (!(thrown instanceof SyntaxError)) throw thrown;
      this.finish(fail(failure('bus.payload_invalid', { internal: thrown.message })));
    }
  }

  disconnected(): void {
    this.finish(fail(failure('bus.disconnected')));
  }

  expire(): void {
    this.finish(fail(failure('bus.deadline_exceeded')));
  }

  private take(reader: FrameReader): void {
    if (reader.kind === FrameKind.failure) this.finish(fail(decodeFailure(reader.header())));
    else if (reader.kind === FrameKind.data) this.keep(reader.body());
    else if (reader.kind === FrameKind.reply) this.answer(reader.body());
  }

  private keep(part: Buffer): void {
    this.partBytes += part.length;
    if (this.partBytes > REPLY_BYTES)
      return this.finish(fail(failure('bus.payload_invalid', { internal: 'answer too large' })));
    this.parts.push(part);
  }

  private answer(last: Buffer): void {
    const whole = this.parts.length === 0 ? last : Buffer.concat([...this.parts, last]);
    const answer = this.message.answer.safeParse(JSON.parse(whole.toString('utf8')));
    this.finish(
      answer.success
        ? succeed(answer.data)
        : fail(failure('bus.payload_invalid', { internal: answer.error.message })),
    );
  }

  private finish(result: Result<unknown, Failure>): void {
    if (this.isDone) return;
    this.isDone = true;
    this.parts = [];
    this.carrier.inbox.close(this.token);
    this.carrier.deadlines.remove(this);
    this.resolve(result);
  }
}
