import type { EventMessage, RequestMessage, StreamMessage } from '@tollgate/contracts';
import { z } from 'zod';

export interface Sum {
  readonly left: number;
  readonly right: number;
}

const sum = z.object({ left: z.number(), right: z.number() });
const total = z.object({ total: z.number() });

export const add: RequestMessage<Sum, { total: number }> = {
  kind: 'request',
  subject: 'tollgate.test.add.v1',
  service: 'routing',
  request: sum,
  answer: total,
  timeoutMs: 2_000,
};

const pages = z.object({ pages: z.array(z.string()) });

export const readPages: RequestMessage<{ count: number }, { pages: string[] }> = {
  kind: 'request',
  subject: 'tollgate.test.read-pages.v1',
  service: 'routing',
  request: z.object({ count: z.number() }),
  answer: pages,
  timeoutMs: 5_000,
};

export interface Header {
  readonly name: string;
}
export interface Context {
  readonly plan: string;
}

export const stream: StreamMessage<Header, Context> = {
  kind: 'stream',
  subject: 'tollgate.test.stream.v1',
  service: 'provider-adapter',
  header: z.object({ name: z.string() }),
  context: z.object({ plan: z.string() }),
};

export const rang: EventMessage<{ bell: number }> = {
  kind: 'event',
  subject: 'tollgate.test.rang.v1',
  delivery: 'broadcast',
  event: z.object({ bell: z.number() }),
};

/** In the stream of records, under a subject of the tests' own. */
export const requestRecordEvent: EventMessage<unknown> = {
  kind: 'event',
  subject: 'tollgate.record.test.v1',
  delivery: 'durable',
  event: z.unknown(),
};
