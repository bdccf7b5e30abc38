import type { z } from 'zod';

/** Who answers a message: the queue group that shares the work. */
export type ServiceName =
  | 'gateway'
  | 'routing'
  | 'budget'
  | 'provider-adapter'
  | 'trace-ingest'
  | 'control-plane';

/** One question, one answer. */
export interface RequestMessage<Q, A> {
  readonly kind: 'request';
  readonly subject: string;
  readonly service: ServiceName;
  readonly request: z.ZodType<Q>;
  readonly answer: z.ZodType<A>;
  /** How long the asker waits when it has no earlier deadline, in milliseconds. */
  readonly timeoutMs: number;
}

/** A fact. `broadcast` reaches every listener that is there, once at most; `durable` goes through JetStream, at least once. */
export interface EventMessage<E> {
  readonly kind: 'event';
  readonly subject: string;
  readonly delivery: 'broadcast' | 'durable';
  readonly event: z.ZodType<E>;
}

/** A call that is answered by frames: `head`, `data` …, then `end` or `failure`. */
export interface StreamMessage<H, C> {
  readonly kind: 'stream';
  readonly subject: string;
  readonly service: ServiceName;
  readonly header: z.ZodType<H>;
  readonly context: z.ZodType<C>;
}

export type AnyMessage =
  | RequestMessage<unknown, unknown>
  | EventMessage<unknown>
  | StreamMessage<unknown, unknown>;
