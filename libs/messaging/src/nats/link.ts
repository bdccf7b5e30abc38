import type { MsgHdrs, Subscription } from '@nats-io/transport-node';

/** A message as the bus sees it. `subject` and `reply` are decoded when they are asked for. */
export interface LinkMessage {
  readonly data: Uint8Array;
  readonly subject: string;
  readonly reply?: string;
  readonly headers?: MsgHdrs;
}

export type LinkHandler = (message: LinkMessage) => void;

/** The connection to NATS as the carriers need it. Nothing is published while it is down. */
export interface Link {
  isConnected(): boolean;
  /** Drops the message when the connection is down. Throws when it is larger than the server takes. */
  publish(subject: string, payload: Uint8Array, reply?: string, headers?: MsgHdrs): void;
  subscribe(subject: string, handler: LinkHandler, queue?: string): Subscription;
  /** The connection was lost; called once for each loss. */
  onDown(listener: () => void): void;
  /** The connection is there again. */
  onUp(listener: () => void): void;
}

/** What nats-server sends to the reply subject when nobody listens: an empty message with status 503. */
export function isNoResponder(message: LinkMessage): boolean {
  return message.data.length === 0 && message.headers?.code === 503;
}
