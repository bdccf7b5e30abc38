import { jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { RECORD_STREAM } from '@tollgate/contracts';
import { ENCODING_HEADER, unpack } from '../src/durable/packing.ts';
import { DEAD_LETTER_STREAM } from '../src/index.ts';
import type { NatsHandle } from './nats.ts';
import { until } from './until.ts';

/** The streams as an operator sees them, over a connection of the test's own. */
export interface RecordStreams {
  manager(): ReturnType<typeof jetstreamManager>;
  messagesIn(stream: string): Promise<number>;
  /** All ids that stand in the stream of records, in order. */
  storedIds(): Promise<string[]>;
  /** Waits until JetStream serves again. */
  back(): Promise<void>;
}

/** One event, as a line. */
export const line = (id: string | number): string => JSON.stringify({ id: String(id) });

/** Streams are removed after each test. */
export function useRecords(nats: NatsHandle): RecordStreams {
  let admin: NatsConnection;

  beforeEach(async () => {
    const url = new URL(nats.url());
    admin = await connect({ servers: url.host, user: url.username, pass: url.password });
  });

  afterEach(async () => {
    const manager = await jetstreamManager(admin);
    for (const stream of [RECORD_STREAM, DEAD_LETTER_STREAM])
      await manager.streams.delete(stream).catch(() => undefined);
    await admin.close();
  });

  const works = (promise: Promise<unknown>): Promise<boolean> =>
    promise.then(
      () => true,
      () => false,
    );
  return {
    manager: () => jetstreamManager(admin),
    messagesIn: async (stream) =>
      (await (await jetstreamManager(admin)).streams.info(stream)).state.messages,
    storedIds: async () => {
      const { streams } = await jetstreamManager(admin);
      const { state } = await streams.info(RECORD_STREAM);
      const ids: string[] = [];
      for (let seq = state.first_seq; seq <= state.last_seq && state.messages > 0; seq++) {
        const message = await streams.getMessage(RECORD_STREAM, { seq });
        if (message === null || message === undefined) continue;
        const bytes = unpack(Buffer.from(message.data), message.header.get(ENCODING_HEADER));
        for (const text of bytes.toString('utf8').split('\n')) ids.push(JSON.parse(text).id);
      }
      return ids;
    },
    back: async () => {
      await until('NATS to be back', () => works(admin.rtt()));
      await until('JetStream to be back', () => works(jetstreamManager(admin)));
    },
  };
}
