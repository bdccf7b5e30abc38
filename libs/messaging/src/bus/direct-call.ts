import { type Failure, failure } from '@tollgate/contracts';
import type { CallListener, CallRequest, IncomingCall, OpenCall } from '../bus.ts';
import { type BusLog, errorText } from '../log.ts';
import type { Deadlines, Timed } from './deadlines.ts';
import { handlerFailure } from './handler-failure.ts';
import type { StreamRoute } from './handlers.ts';
import type { OpenWork } from './open-work.ts';

/**
 * A call whose handler lives in this process: both ends in one object, nothing serialised. The handler starts, and
 * hears of credit and cancellation, in a later microtask, as it would behind NATS; frames reach the listener at once.
 */
export class DirectCall implements OpenCall, IncomingCall<unknown, unknown>, Timed {
  readonly header: unknown;
  readonly context: unknown;
  readonly body: Uint8Array;
  readonly deadlineAt: number;
  readonly work: OpenWork;
  private isDone = false;
  private drainIsQueued = false;
  private cancelReason: 'cancelled' | 'caller_lost' | undefined;
  private drained: (() => void) | undefined;
  private cancelled: ((reason: 'cancelled' | 'caller_lost') => void) | undefined;

  constructor(
    private readonly route: StreamRoute,
    request: CallRequest<unknown, unknown>,
    private readonly listener: CallListener,
    private window: number,
    private readonly deadlines: Deadlines,
    private readonly log: BusLog,
  ) {
    this.header = request.header;
    this.context = request.context.value;
    this.body = request.body;
    this.deadlineAt = request.deadlineAt;
    this.work = route.work;
    route.work.enter();
    deadlines.add(this);
    queueMicrotask(() => this.start());
  }

  private start(): void {
    if (this.isDone) return;
    if (Date.now() >= this.deadlineAt) return this.expire();
    try {
      const running = this.route.handle(this);
      if (running !== undefined) running.then(undefined, (thrown) => this.handlerThrew(thrown));
    } catch (thrown) {
      this.handlerThrew(thrown);
    }
  }

  head(head: unknown): void {
    if (this.isDone) return;
    try {
      this.listener.onHead(head);
    } catch (thrown) {
      this.listenerThrew(thrown);
    }
  }

  data(bytes: Uint8Array): boolean {
    if (this.isDone) return false;
    this.window -= bytes.length;
    try {
      this.listener.onData(bytes);
    } catch (thrown) {
      this.listenerThrew(thrown);
    }
    return this.window > 0;
  }

  end(end: unknown): void {
    if (this.isDone) return;
    this.finish();
    try {
      this.listener.onEnd(end);
    } catch (thrown) {
      this.log.error({ error: errorText(thrown) }, 'a listener threw at the end of a call');
    }
  }

  fail(reason: Failure): void {
    if (this.isDone) return;
    this.finish();
    try {
      this.listener.onFailure(reason);
    } catch (thrown) {
      this.log.error({ error: errorText(thrown) }, 'a listener threw at the failure of a call');
    }
  }

  onDrain(listener: () => void): void {
    this.drained = listener;
  }

  onCancel(listener: (reason: 'cancelled' | 'caller_lost') => void): void {
    this.cancelled = listener;
    if (this.cancelReason !== undefined) listener(this.cancelReason);
  }

  credit(bytes: number): void {
    if (this.isDone) return;
    const wasOut = this.window <= 0;
    this.window += bytes;
    if (!wasOut || this.window <= 0 || this.drainIsQueued) return;
    this.drainIsQueued = true;
    queueMicrotask(() => {
      this.drainIsQueued = false;
      if (!this.isDone) this.drained?.();
    });
  }

  cancel(): void {
    if (this.isDone) return;
    this.finish();
    this.stopHandler('cancelled');
  }

  /** At the deadline both sides hear of it. */
  expire(): void {
    this.fail(failure('bus.deadline_exceeded'));
    this.stopHandler('cancelled');
  }

  abandon(): void {
    this.fail(failure('bus.peer_lost'));
    this.stopHandler('caller_lost');
  }

  private stopHandler(reason: 'cancelled' | 'caller_lost'): void {
    this.cancelReason = reason;
    queueMicrotask(() => this.cancelled?.(reason));
  }

  private handlerThrew(thrown: unknown): void {
    const reason = handlerFailure(thrown);
    if (reason.code === 'bus.handler_failed')
      this.log.error(
        { error: errorText(thrown), subject: this.route.message.subject },
        'a handler of calls threw',
      );
    this.fail(reason);
  }

  private listenerThrew(thrown: unknown): void {
    this.log.error({ error: errorText(thrown) }, 'a listener threw; its call is cancelled');
    this.cancel();
  }

  private finish(): void {
    this.isDone = true;
    this.deadlines.remove(this);
    this.work.leave();
  }
}
