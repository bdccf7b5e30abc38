import {
  DiscardPolicy,
  type JetStreamManager,
  jetstreamManager,
  RetentionPolicy,
  StorageType,
  type StreamConfig,
} from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { RECORD_STREAM } from '@tollgate/contracts';

/** Where messages are parked that no consumer could handle. */
export const DEAD_LETTER_STREAM = 'TOLLGATE_DEAD_LETTERS';
export const DEAD_LETTER_SUBJECTS = 'tollgate.dead-letter';
/** Values that are kept for a while; see `ValueStore`. */
export const VALUE_STREAM = 'TOLLGATE_VALUES';

const DAY_MS = 24 * 60 * 60 * 1_000;
const NANOS_PER_MS = 1_000_000;

export interface StreamSizes {
  readonly recordsMaxBytes: number;
  readonly deadLettersMaxBytes: number;
  readonly valuesMaxBytes: number;
  /** Copies of each stream in a NATS cluster. */
  readonly replicas: number;
}

export const DEFAULT_STREAM_SIZES: StreamSizes = {
  recordsMaxBytes: 2 * 1024 ** 3,
  deadLettersMaxBytes: 256 * 1024 ** 2,
  valuesMaxBytes: 1024 ** 3,
  replicas: 1,
};

/** The server holds a stream that is not the one asked for; an operator has to look. */
export class StreamMismatchError extends Error {
  constructor(stream: string, differences: readonly string[]) {
    super(`the stream ${stream} is not as it must be: ${differences.join(', ')}`);
    this.name = 'StreamMismatchError';
  }
}

export type WantedStream = Pick<
  StreamConfig,
  | 'name'
  | 'subjects'
  | 'retention'
  | 'discard'
  | 'storage'
  | 'max_age'
  | 'max_bytes'
  | 'max_msgs_per_subject'
  | 'duplicate_window'
  | 'num_replicas'
>;

/**
 * Makes the streams, or sees that they are there. Sizes that differ are set; a stream that is otherwise different, or a
 * server that ignored an option, throws `StreamMismatchError`.
 */
export async function ensureStreams(connection: NatsConnection, sizes: StreamSizes): Promise<void> {
  const manager = await jetstreamManager(connection, { checkAPI: false });
  await ensureStream(manager, recordStream(sizes));
  await ensureStream(manager, deadLetterStream(sizes));
}

function recordStream(sizes: StreamSizes): WantedStream {
  return {
    name: RECORD_STREAM,
    subjects: ['tollgate.record.>'],
    retention: RetentionPolicy.Limits,
    // Full means: refuse, so that publishers keep what they have. Old records are never dropped for new ones.
    discard: DiscardPolicy.New,
    storage: StorageType.File,
    max_age: 14 * DAY_MS * NANOS_PER_MS,
    max_bytes: sizes.recordsMaxBytes,
    max_msgs_per_subject: -1,
    duplicate_window: 2 * 60 * 1_000 * NANOS_PER_MS,
    num_replicas: sizes.replicas,
  };
}

function deadLetterStream(sizes: StreamSizes): WantedStream {
  return {
    ...recordStream(sizes),
    name: DEAD_LETTER_STREAM,
    subjects: [`${DEAD_LETTER_SUBJECTS}.>`],
    max_age: 90 * DAY_MS * NANOS_PER_MS,
    max_bytes: sizes.deadLettersMaxBytes,
  };
}

/** The last value under each subject, until it is a week old or room is short: then the oldest go. */
export function valueStream(sizes: StreamSizes): WantedStream {
  return {
    ...recordStream(sizes),
    name: VALUE_STREAM,
    subjects: ['tollgate.value.>'],
    discard: DiscardPolicy.Old,
    max_age: 7 * DAY_MS * NANOS_PER_MS,
    max_bytes: sizes.valuesMaxBytes,
    max_msgs_per_subject: 1,
  };
}

/** May be changed on a stream that is there. */
const ADJUSTABLE = new Set(['max_bytes', 'num_replicas', 'max_age', 'duplicate_window']);

/** Makes one stream, or sees that it is there as wanted; see `ensureStreams`. */
export async function ensureStream(manager: JetStreamManager, wanted: WantedStream): Promise<void> {
  const present = await manager.streams.info(wanted.name).catch(absentIfUnknown);
  if (present === undefined) await manager.streams.add(wanted);
  else {
    const differing = differences(wanted, present.config);
    if (differing.length === 0) return;
    if (differing.every((field) => ADJUSTABLE.has(field)))
      await manager.streams.update(wanted.name, { ...present.config, ...wanted });
  }
  const { config } = await manager.streams.info(wanted.name);
  const left = differences(wanted, config);
  if (left.length > 0) throw new StreamMismatchError(wanted.name, left);
}

function absentIfUnknown(thrown: unknown): undefined {
  if (thrown instanceof Error && thrown.name === 'StreamNotFoundError') return undefined;
  throw thrown;
}

/** Names of the fields that are not as wanted. */
function differences(wanted: WantedStream, actual: StreamConfig): string[] {
  return (Object.keys(wanted) as (keyof WantedStream)[]).filter(
    (field) => JSON.stringify(wanted[field]) !== JSON.stringify(actual[field]),
  );
}
