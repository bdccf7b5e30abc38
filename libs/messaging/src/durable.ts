import type { EventMessage } from '@tollgate/contracts';

/**
 * When an event counts as published. `journal`: once it is written to the local journal, from which it goes to JetStream
 * within some 20 ms, by this process or by whoever finds the journal of a dead one. `stream`: once JetStream has
 * acknowledged it, or, while NATS is away, once it is in the local spool.
 */
export type Confirmation = 'journal' | 'stream';

/** Publishes durable events in groups, several to a message. */
export interface DurablePublisher {
  /**
   * Resolves when the event survives the death of this process, and of any other. Rejects with `SpoolFullError` when
   * neither JetStream nor the disk takes it, or more wait than may.
   * @param json the event as one line of JSON, without a line break
   */
  publish(message: EventMessage<unknown>, json: string): Promise<void>;
  /** Waits until nothing is pending; used when draining. */
  flush(): Promise<void>;
}

/** Neither JetStream nor the spool could take the event. */
export class SpoolFullError extends Error {
  constructor(text: string, options?: ErrorOptions) {
    super(text, options);
    this.name = 'SpoolFullError';
  }
}

/** Injection token of the publisher. */
export const DURABLE_PUBLISHER = Symbol('tollgate.durable-publisher');

/** One message of a stream: some events, a line of JSON each. */
export interface DurableMessage {
  /** Place in the stream: grows, never used twice. */
  readonly sequence: number;
  /** How often it was delivered before, or may have been: more than 0 means that its events may be stored already. */
  readonly redeliveries: number;
  readonly lines: readonly string[];
  /** The same as they travelled, line breaks between them: for those who need no text. */
  readonly bytes: Buffer;
}

/** What to do with a message after the handler has seen it. */
export type Disposition =
  | { readonly kind: 'done' }
  /** Deliver it again after that many milliseconds. */
  | { readonly kind: 'retry'; readonly afterMs: number }
  /** Never again: parked in the dead-letter stream with the reason. */
  | { readonly kind: 'dead'; readonly reason: string; readonly lines?: readonly string[] };

export interface ConsumerOptions {
  readonly message: EventMessage<unknown>;
  readonly stream: string;
  /** Durable name: instances that share it share the work. */
  readonly durable: string;
  /** A batch closes at the first of these. */
  readonly maxMessages: number;
  readonly maxBytes: number;
  readonly maxWaitMs: number;
  /** Longest time for the handler before redelivery, while no sign of work was sent; milliseconds. */
  readonly ackWaitMs: number;
  /**
   * Messages that may be contradicted by others, which are then to be handled first. They wait until they are `giveWayMs` old
   * and everything before them in the stream is acknowledged, the latter for a bounded time. Missing: none wait.
   */
  readonly givesWay?: (message: DurableMessage) => boolean;
  readonly giveWayMs?: number;
  /** One batch at a time. Dispositions stand in the order of the messages. A throw delivers the whole batch again. */
  readonly handle: (batch: readonly DurableMessage[]) => Promise<readonly Disposition[]>;
}

export interface RunningConsumer {
  /** Messages not yet acknowledged, and the highest sequence below which all are. */
  status(): Promise<{ pending: number; ackFloor: number; lastSequence: number }>;
  /** Finishes the batch in hand, acknowledges it, and stops. */
  stop(): Promise<void>;
}

export interface DurableConsumers {
  consume(options: ConsumerOptions): Promise<RunningConsumer>;
}

/** Injection token of the consumers. */
export const DURABLE_CONSUMERS = Symbol('tollgate.durable-consumers');
