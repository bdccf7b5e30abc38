import type { Link, LinkMessage } from './link.ts';

/** Whoever waits for messages under one token of the inbox. */
export interface Receiver {
  receive(message: LinkMessage): void;
  /** The connection was lost. */
  disconnected(): void;
}

/** One subscription for every answer to this process; answers are told apart by the last token of their subject. */
export class Inbox {
  private readonly receivers = new Map<string, Receiver>();
  private counter = 0;
  private readonly tokenAt: number;

  /** @param prefix `tollgate.inbox.<service>.<instanceId>` */
  constructor(
    private readonly prefix: string,
    link: Link,
  ) {
    this.tokenAt = prefix.length + 1;
    link.subscribe(`${prefix}.*`, (message) => {
      this.receivers.get(message.subject.slice(this.tokenAt))?.receive(message);
    });
    link.onDown(() => {
      for (const receiver of [...this.receivers.values()]) receiver.disconnected();
    });
  }

  /** Answers the receiver's token. */
  open(receiver: Receiver): string {
    const token = (this.counter++).toString(36);
    this.receivers.set(token, receiver);
    return token;
  }

  close(token: string): void {
    this.receivers.delete(token);
  }

  subjectOf(token: string): string {
    return `${this.prefix}.${token}`;
  }

  size(): number {
    return this.receivers.size;
  }
}
