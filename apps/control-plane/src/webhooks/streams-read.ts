import { circuitOpened, RECORD_STREAM, requestFinished } from '@tollgate/contracts';
import type { ConsumerOptions } from '@tollgate/messaging';

const MIB = 1024 * 1024;

type Handler = Pick<ConsumerOptions, 'handle'>;

/** Openings of circuits: few, and told soon. */
export function openingsOf(handler: Handler): ConsumerOptions {
  return {
    message: circuitOpened,
    stream: RECORD_STREAM,
    durable: 'webhooks-health',
    maxMessages: 100,
    maxBytes: MIB,
    maxWaitMs: 100,
    ackWaitMs: 10_000,
    handle: (batch) => handler.handle(batch),
  };
}

/** Records of all requests, of which those that failed are told. */
export function failuresOf(handler: Handler): ConsumerOptions {
  return {
    message: requestFinished,
    stream: RECORD_STREAM,
    durable: 'webhooks-failures',
    maxMessages: 200,
    maxBytes: 8 * MIB,
    maxWaitMs: 500,
    ackWaitMs: 30_000,
    handle: (batch) => handler.handle(batch),
  };
}
