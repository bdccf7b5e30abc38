import { type Failure, failure } from '@tollgate/contracts';
import type { IncomingCall } from '../bus.ts';
import type { Timed } from '../bus/deadlines.ts';
import { handlerFailure } from '../bus/handler-failure.ts';
import type { StreamRoute } from '../bus/handlers.ts';
import type { OpenWork } from '../bus/open-work.ts';
import { errorText } from '../log.ts';
import { FrameKind, FrameReader, frame } from '../wire/frame.ts';
import { encodeJson } from '../wire/json.ts';
import { CHUNK_BYTES } from '../wire/limits.ts';
import type { BodyAssembly } from './body-assembly.ts';
import type { CarrierParts } from './carrier-parts.ts';
import type { Receiver } from './inbox.ts';
import { isNoResponder, type LinkMessage } from './link.ts';
import { Lane } from './outbox.ts';

type CancelReason = 'cancelled' | 'caller_lost';

export interface ServedCallStart {
  readonly header: unknown;
  readonly context: unknown;
  readonly deadlineAt: number;
  readonly window: number;
  /** The caller's inbox; it names the call. */
  readonly caller: string;
  readonly body: BodyAssembly;
}

/** The serving end of a call that came over NATS. */
export class ServedCall implements IncomingCall<unknown, unknown>, Receiver, Timed {
  readonly header: unknown;
  readonly context: unknown;
  readonly deadlineAt: number;
  readonly caller: string;
  readonly work: OpenWork;
  body: Uint8Array;
  private readonly assembly: BodyAssembly;
  private readonly token: string;
  private readonly lane: Lane;
  private window: number;
  private heardAt = Date.now();
  private spokeAt = this.heardAt;
  private isDone = false;
  private cancelReason: CancelReason | undefined;
  private drained: (() => void) | undefined;
  private cancelled: ((reason: CancelReason) => void) | undefined;

  constructor(
    private readonly parts: CarrierParts,
    readonly route: StreamRoute,
    start: ServedCallStart,
    private readonly onDone: (call: ServedCall) => void,
  ) {
    this.header = start.header;
    this.context = start.context;
    this.deadlineAt = start.deadlineAt;
    this.caller = start.caller;
    this.window = start.window;
    this.assembly = start.body;
    this.body = start.body.bytes;
    this.token = parts.inbox.open(this);
    const inbox = parts.inbox.subjectOf(this.token);
    this.lane = new Lane(parts.outbox, start.caller, inbox).introduce();
    this.work = route.work;
    route.work.enter();
    parts.deadlines.add(this);
    if (start.body.isWhole()) this.run();
    else this.askForChunks();
  }

  head(head: unknown): void {
    if (!this.isDone) this.lane.send(frame(FrameKind.head, encodeJson(head)));
  }

  data(bytes: Uint8Array): boolean {
    if (this.isDone) return false;
    this.spokeAt = Date.now();
    this.window -= bytes.length;
    for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
      const chunk = bytes.length <= CHUNK_BYTES ? bytes : bytes.subarray(at, at + CHUNK_BYTES);
      this.lane.send(frame(FrameKind.data, '', null, chunk));
    }
    return this.window > 0;
  }

  end(end: unknown): void {
    if (this.isDone) return;
    this.lane.send(frame(FrameKind.end, encodeJson(end)));
    this.finish();
  }

  fail(reason: Failure): void {
    if (this.isDone) return;
    this.lane.send(frame(FrameKind.failure, JSON.stringify(reason)));
    this.finish();
  }

  onDrain(listener: () => void): void {
    this.drained = listener;
  }

  onCancel(listener: (reason: CancelReason) => void): void {
    this.cancelled = listener;
    if (this.cancelReason !== undefined) listener(this.cancelReason);
  }

  receive(message: LinkMessage): void {
    // The caller's inbox is gone, and with it the caller.
    if (isNoResponder(message)) return this.stop('caller_lost');
    this.heardAt = Date.now();
    const reader = new FrameReader(message.data);
    while (!this.isDone && reader.advance()) {
      if (reader.kind === FrameKind.credit) this.takeCredit(Number(reader.header()));
      else if (reader.kind === FrameKind.cancel) this.stop('cancelled');
      else if (reader.kind === FrameKind.chunk) this.takeChunk(reader.body());
    }
  }

  disconnected(): void {
    this.stop('caller_lost');
  }

  expire(): void {
    this.fail(failure('bus.deadline_exceeded'));
    this.tellHandler('cancelled');
  }

  abandon(): void {
    this.fail(failure('bus.peer_lost'));
    this.tellHandler('caller_lost');
  }

  pulse(now: number): void {
    const { heartbeatMs, lostMs } = this.parts.timings;
    if (now - this.heardAt >= lostMs) return this.stop('caller_lost');
    if (now - this.spokeAt < heartbeatMs) return;
    this.spokeAt = now;
    this.lane.introduce().send(frame(FrameKind.heartbeat, ''));
  }

  isOver(): boolean {
    return this.isDone;
  }

  /** The caller wants, or can take, nothing more. */
  stop(reason: CancelReason): void {
    if (this.isDone) return;
    this.finish();
    this.tellHandler(reason);
  }

  private run(): void {
    try {
      const running = this.route.handle(this);
      if (running !== undefined) running.then(undefined, (thrown) => this.handlerThrew(thrown));
    } catch (thrown) {
      this.handlerThrew(thrown);
    }
  }

  private handlerThrew(thrown: unknown): void {
    const reason = handlerFailure(thrown);
    if (reason.code === 'bus.handler_failed') {
      const { subject } = this.route.message;
      this.parts.log.error({ error: errorText(thrown), subject }, 'a handler of calls threw');
    }
    this.fail(reason);
  }

  private takeCredit(bytes: number): void {
    if (!(bytes > 0)) return;
    const wasOut = this.window <= 0;
    this.window += bytes;
    if (wasOut && this.window > 0) this.drained?.();
  }

  private takeChunk(chunk: Buffer): void {
    if (this.assembly.isWhole()) return;
    if (!this.assembly.take(chunk))
      return this.fail(failure('bus.payload_invalid', { internal: 'more body than announced' }));
    if (!this.assembly.isWhole()) return this.askForChunks();
    this.body = this.assembly.bytes;
    this.run();
  }

  private askForChunks(): void {
    const count = this.assembly.grant();
    if (count === 0) return;
    this.spokeAt = Date.now();
    this.lane.send(frame(FrameKind.needBody, String(count)));
  }

  private tellHandler(reason: CancelReason): void {
    this.cancelReason = reason;
    this.cancelled?.(reason);
  }

  private finish(): void {
    this.isDone = true;
    this.parts.inbox.close(this.token);
    this.parts.deadlines.remove(this);
    this.work.leave();
    this.onDone(this);
  }
}
