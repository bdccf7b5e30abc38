import { randomFillSync } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { configChanged, createIdFactory } from '@tollgate/contracts';
import type { BusCore } from './bus-core.ts';
import { ConfigBucket } from './config/config-bucket.ts';
import { KvConfigReader } from './config/kv-config-reader.ts';
import { KvConfigWriter } from './config/kv-config-writer.ts';
import type { ConfigReader, ConfigWriter } from './config-store.ts';
import type { DurableConsumers, DurablePublisher } from './durable.ts';
import { BatchCommitter } from './durable/batch-committer.ts';
import { GroupCommit } from './durable/group-commit.ts';
import { Journal } from './durable/journal.ts';
import { JournalCommit } from './durable/journal-commit.ts';
import { PullConsumers } from './durable/pull-consumers.ts';
import { Spool } from './durable/spool.ts';
import { StreamPublisher } from './durable/stream-publisher.ts';
import { DEFAULT_STREAM_SIZES, ensureStreams, StreamMismatchError } from './durable/streams.ts';
import { errorText } from './log.ts';
import type { MessagingOptions } from './messaging.ts';
import type { NatsLink } from './nats/connection.ts';
import type { ValueStore } from './value-store.ts';
import { StreamValueStore } from './values/stream-value-store.ts';

/** The half of messaging that outlives processes. */
export interface Store {
  readonly publisher: DurablePublisher;
  readonly consumers: DurableConsumers;
  readonly configReader: ConfigReader;
  readonly configWriter: ConfigWriter;
  readonly values: ValueStore;
  close(): Promise<void>;
}

const MIB = 1024 * 1024;
const STREAM_RETRY_MS = 250;

/** Sees that streams and spool are there. Throws when a stream is not as it must be, or JetStream stays away. */
export async function createStore(
  core: BusCore,
  link: NatsLink,
  options: MessagingOptions,
  inboxPrefix: string,
): Promise<Store> {
  const { log } = options;
  const { connection } = link;
  const sizes = { ...DEFAULT_STREAM_SIZES, ...options.streams };
  const ensure = (): Promise<void> => ensureStreams(connection, sizes);
  await patiently(ensure, options);

  const publisher = new StreamPublisher(core.parts, options.ackWaitMs ?? 2_000);
  const spool = new Spool({
    folder: options.spoolDir,
    instanceId: core.bus.instanceId,
    maxBytes: options.spoolMaxBytes ?? 256 * MIB,
    log,
  });
  await spool.prepare();
  const ids = createIdFactory({ now: Date.now, fillRandom: randomFillSync });
  const batchId = (): string => ids('batch');
  const committer = new BatchCommitter({ publisher, spool, ensureStreams: ensure, log });
  const commit =
    options.confirm === 'stream'
      ? new GroupCommit({ committer, batchId })
      : new JournalCommit({ committer, batchId, journal: new Journal(spool.newFile, log), log });
  const consumers = new PullConsumers({ connection, link, publisher, inboxPrefix, log });
  const bucket = new ConfigBucket(connection, sizes.replicas);
  const reader = new KvConfigReader({
    bucket,
    isConnected: () => link.isConnected(),
    maxEntries: options.configMaxEntries ?? 50_000,
    pollMs: options.configPollMs ?? 30_000,
    log,
  });
  core.hear(configChanged, (event) => reader.changed(event));
  link.onUp(() => {
    committer.reconnected();
    void reader.poll();
  });
  committer.start();
  reader.start();
  return {
    publisher: commit,
    consumers,
    configReader: reader,
    configWriter: new KvConfigWriter(bucket, core.bus),
    values: new StreamValueStore({ link, sizes, log }),
    close: async () => {
      reader.close();
      await consumers.close();
      await commit.close();
      await committer.close();
    },
  };
}

/** JetStream may start later than the server does. */
async function patiently(work: () => Promise<void>, options: MessagingOptions): Promise<void> {
  const until = Date.now() + (options.patienceMs ?? 30_000);
  for (;;) {
    try {
      return await work();
    } catch (thrown) {
      if (thrown instanceof StreamMismatchError || Date.now() >= until) throw thrown;
      options.log.warn({ error: errorText(thrown) }, 'JetStream is not ready yet; trying again');
      await wait(STREAM_RETRY_MS);
    }
  }
}
