import { type BusLog, errorText } from '../log.ts';
import { encodeFrames, type Frame, frameBytes } from '../wire/frame.ts';
import { MESSAGE_BYTES } from '../wire/limits.ts';
import type { Link } from './link.ts';

/** Frames for one subject. What is sent in one turn of the event loop leaves as one message. */
export class Lane {
  private frames: Frame[] = [];
  private bytes = 0;
  private reply: string | undefined;

  /** @param replyTo where the other side answers to; goes with the messages that `introduce` makes */
  constructor(
    private readonly outbox: Outbox,
    readonly subject: string,
    private readonly replyTo?: string,
  ) {}

  /** The next message names where to answer to. If nobody takes it, the server says so there at once. */
  introduce(): this {
    this.reply = this.replyTo;
    return this;
  }

  send(one: Frame): void {
    const bytes = frameBytes(one);
    if (this.frames.length === 0) this.outbox.enqueue(this);
    else if (this.bytes + bytes > MESSAGE_BYTES) this.flush();
    this.frames.push(one);
    this.bytes += bytes;
  }

  flush(): void {
    if (this.frames.length === 0) return;
    const { frames, bytes, reply } = this;
    this.frames = [];
    this.bytes = 0;
    this.reply = undefined;
    this.outbox.publish(this.subject, encodeFrames(frames, bytes), reply);
  }
}

/**
 * Everything that leaves this process in one turn of the event loop leaves in one write: a system call costs more than
 * a frame. Holds at most what open calls have credit for.
 */
export class Outbox {
  private lanes: Lane[] = [];
  private isScheduled = false;

  constructor(
    private readonly link: Link,
    private readonly log: BusLog,
  ) {}

  enqueue(lane: Lane): void {
    this.lanes.push(lane);
    if (this.isScheduled) return;
    this.isScheduled = true;
    setImmediate(() => this.flush());
  }

  /** Sends what waits, now. */
  flush(): void {
    this.isScheduled = false;
    const lanes = this.lanes;
    this.lanes = [];
    for (const lane of lanes) lane.flush();
  }

  publish(subject: string, message: Uint8Array, reply: string | undefined): void {
    try {
      this.link.publish(subject, message, reply);
    } catch (thrown) {
      this.log.error({ error: errorText(thrown), subject }, 'a message could not be sent');
    }
  }
}
