import { type Failure, failure } from '@tollgate/contracts';
import type { CallListener, CallRequest, OpenCall } from '../bus.ts';
import type { Timed } from '../bus/deadlines.ts';
import { errorText } from '../log.ts';
import { decodeFailure } from '../wire/decode-failure.ts';
import { FrameKind, FrameReader, frame } from '../wire/frame.ts';
import { CHUNK_BYTES, MESSAGE_BYTES } from '../wire/limits.ts';
import type { CarrierParts } from './carrier-parts.ts';
import type { Receiver } from './inbox.ts';
import { isNoResponder, type LinkMessage } from './link.ts';
import { Lane } from './outbox.ts';

/** The calling end of a call that another process serves. */
export class OutgoingCall implements OpenCall, Receiver, Timed {
  readonly deadlineAt: number;
  private readonly token: string;
  private readonly inbox: string;
  private readonly window: number;
  private readonly openedAt = Date.now();
  /** To the instance that took the call; known from its first message on. */
  private peer: Lane | undefined;
  private heardAt = this.openedAt;
  private spokeAt = this.openedAt;
  private owed = 0;
  private hasHead = false;
  private isDone = false;
  /** What is left of a long body, until the other side has asked for all of it. */
  private unsent: Uint8Array | null = null;

  constructor(
    private readonly parts: CarrierParts,
    subject: string,
    private readonly cancelSubject: string,
    request: CallRequest<unknown, unknown>,
    private readonly listener: CallListener,
  ) {
    this.deadlineAt = request.deadlineAt;
    this.token = parts.inbox.open(this);
    this.inbox = parts.inbox.subjectOf(this.token);
    this.window = parts.windowFor();
    parts.deadlines.add(this);
    this.send(subject, request);
  }

  private send(subject: string, request: CallRequest<unknown, unknown>): void {
    const { body } = request;
    const header = JSON.stringify({
      d: request.deadlineAt,
      w: this.window,
      c: request.context.id,
      b: body.length,
      h: request.header,
    });
    const context = this.parts.contextBytes.of(request.context);
    const room = MESSAGE_BYTES - Buffer.byteLength(header) - context.length;
    if (room < 0) return this.failLater(failure('bus.payload_invalid', { internal: 'too large' }));
    const first = Math.min(CHUNK_BYTES, room);
    const fits = body.length <= first;
    if (!fits) this.unsent = body.subarray(first);
    const lane = new Lane(this.parts.outbox, subject, this.inbox);
    lane
      .introduce()
      .send(frame(FrameKind.call, header, context, fits ? body : body.subarray(0, first)));
  }

  credit(bytes: number): void {
    if (this.isDone) return;
    this.owed += bytes;
    if (this.owed < this.window / 2 || this.peer === undefined) return;
    this.peer.send(frame(FrameKind.credit, String(this.owed)));
    this.owed = 0;
    this.spokeAt = Date.now();
  }

  cancel(): void {
    if (this.isDone) return;
    this.finish();
    this.tellCancelled();
  }

  receive(message: LinkMessage): void {
    if (isNoResponder(message)) return this.nobodyThere();
    this.heardAt = Date.now();
    if (this.peer === undefined && message.reply !== undefined && message.reply !== '')
      this.peer = new Lane(this.parts.outbox, message.reply, this.inbox);
    const reader = new FrameReader(message.data);
    while (!this.isDone && reader.advance()) this.take(reader);
    if (!this.isDone && reader.isTorn()) this.garbled('a message is not whole');
  }

  disconnected(): void {
    this.fail(failure('bus.disconnected'));
  }

  expire(): void {
    this.fail(failure('bus.deadline_exceeded'));
    this.tellCancelled();
  }

  pulse(now: number): void {
    const { lostMs, aliveMs } = this.parts.timings;
    if (now - this.heardAt >= lostMs) {
      this.fail(failure('bus.peer_lost'));
      this.tellCancelled();
    } else if (now - this.spokeAt >= aliveMs && this.peer !== undefined) {
      this.spokeAt = now;
      this.peer.introduce().send(frame(FrameKind.alive, ''));
    }
  }

  /** Nobody took the call, or the inbox of the instance that did is gone, and with it the instance. */
  private nobodyThere(): void {
    this.fail(failure(this.peer === undefined ? 'bus.no_responder' : 'bus.peer_lost'));
  }

  private take(reader: FrameReader): void {
    try {
      this.dispatch(reader);
    } catch (thrown) {
      if (thrown instanceof SyntaxError) return this.garbled(thrown.message);
      this.parts.log.error({ error: errorText(thrown) }, 'a listener threw; its call is cancelled');
      this.cancel();
    }
  }

  private dispatch(reader: FrameReader): void {
    switch (reader.kind) {
      case FrameKind.head: {
        const head = reader.header();
        this.hasHead = true;
        return this.listener.onHead(head);
      }
      case FrameKind.data:
        if (!this.hasHead) return this.garbled('data before the head');
        return this.listener.onData(reader.body());
      case FrameKind.end: {
        const end = reader.header();
        if (!this.hasHead) return this.garbled('end before the head');
        this.finish();
        return this.listener.onEnd(end);
      }
      case FrameKind.failure: {
        const reason = decodeFailure(reader.header());
        return this.fail(reason);
      }
      case FrameKind.needBody:
        return this.sendChunks(Number(reader.header()));
    }
  }

  private sendChunks(count: number): void {
    for (let i = 0; i < count && this.unsent !== null && this.peer !== undefined; i++) {
      const chunk = this.unsent.subarray(0, CHUNK_BYTES);
      this.unsent = chunk.length < this.unsent.length ? this.unsent.subarray(CHUNK_BYTES) : null;
      this.peer.send(frame(FrameKind.chunk, '', null, chunk));
    }
    this.spokeAt = Date.now();
  }

  private garbled(internal: string): void {
    this.fail(failure('bus.payload_invalid', { internal }));
    this.tellCancelled();
  }

  private failLater(reason: Failure): void {
    queueMicrotask(() => this.fail(reason));
  }

  private fail(reason: Failure): void {
    if (this.isDone) return;
    this.finish();
    try {
      this.listener.onFailure(reason);
    } catch (thrown) {
      this.parts.log.error({ error: errorText(thrown) }, 'a listener threw at a failure');
    }
  }

  /** Straight to the taker where it is known, else to all that could have taken the call. */
  private tellCancelled(): void {
    if (this.peer !== undefined) return this.peer.send(frame(FrameKind.cancel, ''));
    const header = JSON.stringify(this.inbox);
    new Lane(this.parts.outbox, this.cancelSubject).send(frame(FrameKind.cancel, header));
  }

  private finish(): void {
    this.isDone = true;
    this.unsent = null;
    this.parts.inbox.close(this.token);
    this.parts.deadlines.remove(this);
  }
}
