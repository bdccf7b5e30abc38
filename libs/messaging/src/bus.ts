import type {
  EventMessage,
  Failure,
  RequestMessage,
  Result,
  StreamMessage,
} from '@tollgate/contracts';

/** What travels with every message. */
export interface Envelope {
  readonly requestId?: string;
  /** W3C trace context. */
  readonly traceparent?: string;
  /** Milliseconds since the epoch; work past it is dropped. Default: now + the message's `timeoutMs`. */
  readonly deadlineAt?: number;
}

/**
 * A value that many calls share, such as a plan with the key that uses it. It crosses the wire as bytes that are
 * encoded once; the other side parses it once and finds it again by its id. Immutable under its id.
 */
export interface SharedContext<C> {
  readonly id: string;
  readonly value: C;
}

/** Where the frames of an open call arrive, in order: `onHead`, `onData` …, then `onEnd` or `onFailure`, once and last. */
export interface CallListener<Head = unknown, End = unknown> {
  onHead(head: Head): void;
  /** The bytes belong to the listener. It gives credit back as its own reader takes them. */
  onData(bytes: Uint8Array): void;
  onEnd(end: End): void;
  onFailure(failure: Failure): void;
}

/** The caller's end of an open call. */
export interface OpenCall {
  /** Gives back credit for bytes that the reader has taken. */
  credit(bytes: number): void;
  /** Ends the call: the other side stops, and the listener hears nothing more. */
  cancel(): void;
}

export interface CallRequest<H, C> {
  readonly header: H;
  readonly context: SharedContext<C>;
  /** Raw bytes; above 512 KiB they travel in chunks to the one instance that took the call. */
  readonly body: Uint8Array;
  readonly deadlineAt: number;
}

/** The handler's end of an open call. After `end` or `fail`, or once cancelled, further frames are ignored. */
export interface IncomingCall<H, C, Head = unknown, End = unknown> {
  readonly header: H;
  readonly context: C;
  /** The whole body. */
  readonly body: Uint8Array;
  readonly deadlineAt: number;
  head(head: Head): void;
  /** Chunks given in one tick travel together. Answers false when credit is used up: pause, and wait for `onDrain`. */
  data(bytes: Uint8Array): boolean;
  end(end: End): void;
  fail(failure: Failure): void;
  /** Credit is there again. One listener; a later one replaces it. */
  onDrain(listener: () => void): void;
  /** The caller cancelled, went away or was lost. One listener; called at once if it has happened. */
  onCancel(listener: (reason: 'cancelled' | 'caller_lost') => void): void;
}

/** How services talk. The same semantics whether the other side is in this process or behind NATS. */
export interface Bus {
  /** `ins_…`: this process on the bus. */
  readonly instanceId: string;
  /** Whether messages to other processes can be sent right now. */
  isConnected(): boolean;
  /**
   * Asks and waits for the answer. Fails with `bus.no_responder` at once when nobody listens, `bus.disconnected` at once
   * while NATS is away, `bus.deadline_exceeded` at the deadline, `bus.handler_failed` when the handler threw.
   */
  request<Q, A>(
    message: RequestMessage<Q, A>,
    question: Q,
    envelope?: Envelope,
  ): Promise<Result<A, Failure>>;
  /** Tells every listener in every process, this one included. At most once. */
  broadcast<E>(message: EventMessage<E>, event: E): void;
  /** Opens a call that is answered by frames. */
  open<H, C, Head, End>(
    message: StreamMessage<H, C>,
    call: CallRequest<H, C>,
    listener: CallListener<Head, End>,
  ): OpenCall;
}

/** Injection token of the bus. */
export const BUS = Symbol('tollgate.bus');
