import {
  AckPolicy,
  type ConsumerConfig,
  type ConsumerInfo,
  DeliverPolicy,
  type JetStreamManager,
} from '@nats-io/jetstream';
import type { ConsumerOptions } from '../durable.ts';

const NANOS_PER_MS = 1_000_000;
const LEAST_PENDING = 1_024;

/** The server holds a consumer that is not the one asked for, or ignored an option. */
export class ConsumerMismatchError extends Error {
  constructor(durable: string, differences: readonly string[]) {
    super(`the consumer ${durable} is not as it must be: ${differences.join(', ')}`);
    this.name = 'ConsumerMismatchError';
  }
}

type WantedConsumer = Pick<
  ConsumerConfig,
  | 'durable_name'
  | 'ack_policy'
  | 'deliver_policy'
  | 'filter_subject'
  | 'ack_wait'
  | 'max_ack_pending'
  | 'max_deliver'
>;

const ADJUSTABLE = new Set(['ack_wait', 'max_ack_pending', 'max_deliver']);

/** Makes the consumer, or sees that it is there and as it must be. Answers its state. */
export async function ensureConsumer(
  manager: JetStreamManager,
  options: ConsumerOptions,
): Promise<ConsumerInfo> {
  const wanted = wantedConsumer(options);
  const { stream, durable } = options;
  const present = await manager.consumers.info(stream, durable).catch(absentIfUnknown);
  if (present === undefined) await manager.consumers.add(stream, wanted);
  else {
    const differing = differences(wanted, present.config);
    if (differing.length === 0) return present;
    if (differing.every((field) => ADJUSTABLE.has(field)))
      await manager.consumers.update(stream, durable, { ...present.config, ...wanted });
  }
  const info = await manager.consumers.info(stream, durable);
  const left = differences(wanted, info.config);
  if (left.length > 0) throw new ConsumerMismatchError(durable, left);
  return info;
}

function wantedConsumer(options: ConsumerOptions): WantedConsumer {
  return {
    durable_name: options.durable,
    ack_policy: AckPolicy.Explicit,
    deliver_policy: DeliverPolicy.All,
    // The singular form: 2.9 ignores the plural one.
    filter_subject: options.message.subject,
    ack_wait: options.ackWaitMs * NANOS_PER_MS,
    // The default of 1000 would silently cap batches.
    max_ack_pending: Math.max(LEAST_PENDING, options.maxMessages * 4),
    max_deliver: -1,
  };
}

function absentIfUnknown(thrown: unknown): undefined {
  if (thrown instanceof Error && thrown.name === 'ConsumerNotFoundError') return undefined;
  throw thrown;
}

function differences(wanted: WantedConsumer, actual: ConsumerConfig): string[] {
  return (Object.keys(wanted) as (keyof WantedConsumer)[]).filter(
    (field) => wanted[field] !== actual[field],
  );
}
