import { jetstreamManager } from '@nats-io/jetstream';
import { Kvm } from '@nats-io/kv';
import { connect } from '@nats-io/transport-node';
import { CONFIG_BUCKET, configChanged } from '@tollgate/contracts';
import { z } from 'zod';
import { ConfigInvalidError, ConfigUnavailableError } from '../src/index.ts';
import { useNats } from './nats.ts';
import { until } from './until.ts';

const nats = useNats();
const schema = z.object({ n: z.number() });
const json = (n: number): string => JSON.stringify({ n });

async function asAdmin<T>(work: (connection: Awaited<ReturnType<typeof connect>>) => Promise<T>) {
  const url = new URL(nats.url());
  const connection = await connect({ servers: url.host, user: url.username, pass: url.password });
  try {
    return await work(connection);
  } finally {
    await connection.close();
  }
}

afterEach(() =>
  asAdmin(async (connection) => {
    await (await jetstreamManager(connection)).streams.delete(`KV_${CONFIG_BUCKET}`);
  }),
);

async function ends() {
  const [writing, reading] = await Promise.all([
    nats.connect({ service: 'control-plane' }),
    nats.connect({ service: 'gateway' }),
  ]);
  return { writer: writing.configWriter, reader: reading.configReader, reading };
}

describe('config', () => {
  it('is read once it is written, and each reader gets the same object each time', async () => {
    const { writer, reader } = await ends();
    await writer.publish([{ key: 'key.a', value: json(1) }], 1);
    const first = await reader.read('key.a', schema);
    expect(first).toEqual({ n: 1 });
    expect(await reader.read('key.a', schema)).toBe(first);
    expect(reader.peek('key.a', schema)).toBe(first);
  });

  it('is unknown, then known not to exist, then there', async () => {
    const { writer, reader } = await ends();
    await writer.publish([], 1);
    await until('the revision', () => reader.revision() === 1);
    expect(reader.peek('key.b', schema)).toBeUndefined();
    expect(await reader.read('key.b', schema)).toBeNull();
    expect(reader.peek('key.b', schema)).toBeNull();
    await writer.publish([{ key: 'key.b', value: json(2) }], 2);
    await until('the change', () => reader.peek('key.b', schema) === undefined);
    expect(await reader.read('key.b', schema)).toEqual({ n: 2 });
  });

  it('changes everywhere within a second of an announcement, and listeners hear the keys', async () => {
    const { writer, reader } = await ends();
    await writer.publish([{ key: 'key.c', value: json(1) }], 1);
    await until('the revision', () => reader.revision() === 1);
    await reader.read('key.c', schema);
    const heard: (readonly string[] | null)[] = [];
    reader.onChange((keys) => heard.push(keys));
    await writer.publish([{ key: 'key.c', value: null }], 2);
    await until('the change', () => reader.peek('key.c', schema) === undefined, 1_000);
    expect(heard).toEqual([['key.c']]);
    expect(await reader.read('key.c', schema)).toBeNull();
    expect(reader.revision()).toBe(2);
  });

  it('is dropped as a whole when an announcement was missed', async () => {
    const { writer, reader, reading } = await ends();
    await writer.publish([{ key: 'key.d', value: json(1) }], 1);
    await until('the revision', () => reader.revision() === 1);
    await reader.read('key.d', schema);
    const heard: (readonly string[] | null)[] = [];
    reader.onChange((keys) => heard.push(keys));
    reading.bus.broadcast(configChanged, { revision: 9, previousRevision: 8, keys: ['key.x'] });
    await until('the drop', () => reader.peek('key.d', schema) === undefined);
    expect(heard).toEqual([null]);
  });

  it('is found to have changed by the poll when the announcement was lost', async () => {
    const { writer } = await ends();
    const polling = await nats.connect({ configPollMs: 50 });
    const { configReader: reader } = polling;
    await writer.publish([{ key: 'key.e', value: json(1) }], 1);
    await until('the revision', () => reader.revision() === 1);
    await reader.read('key.e', schema);
    await asAdmin(async (connection) => {
      const bucket = await new Kvm(connection).open(CONFIG_BUCKET);
      await bucket.put('key.e', json(2));
      await bucket.put('revision', '2');
    });
    await until('the poll', () => reader.revision() === 2);
    expect(await reader.read('key.e', schema)).toEqual({ n: 2 });
  });

  it('is served from memory while NATS is away; the rest is unavailable', async () => {
    const { writer, reader, reading } = await ends();
    await writer.publish([{ key: 'key.f', value: json(1) }], 1);
    await until('the revision', () => reader.revision() === 1);
    await reader.read('key.f', schema);
    nats.stack().kill('nats', 'SIGKILL');
    await until('the loss', () => !reading.bus.isConnected());
    expect(await reader.read('key.f', schema)).toEqual({ n: 1 });
    await expect(reader.read('key.g', schema)).rejects.toThrow(ConfigUnavailableError);
    await nats.stack().restart('nats');
    await until('the connection', () => reading.bus.isConnected());
    await until('the rest', () =>
      reader.read('key.g', schema).then(
        (value) => value === null,
        () => false,
      ),
    );
  }, 30_000);

  it('that does not fit its schema is an error, not a value', async () => {
    const { writer, reader } = await ends();
    await writer.publish([{ key: 'key.h', value: '{"n":"no number"}' }], 1);
    await expect(reader.read('key.h', schema)).rejects.toThrow(ConfigInvalidError);
  });

  it('is listed, without what was deleted, and with its revision', async () => {
    const { writer } = await ends();
    await writer.publish(
      [
        { key: 'key.i', value: json(1) },
        { key: 'route.j', value: json(2) },
      ],
      3,
    );
    await writer.publish([{ key: 'key.i', value: null }], 4);
    expect(await writer.list()).toEqual(new Map([['route.j', json(2)]]));
    expect(await writer.revision()).toBe(4);
  });

  // nats-server 2.9 dies of a get from a stream that is just being made.
  it('is asked for while its bucket is being made, and the server lives on', async () => {
    const { writer, reader } = await ends();
    let isMade = false;
    const asking = (async () => {
      for (let key = 0; !isMade; key++) {
        reader.read(`key.${key}`, schema).catch(() => undefined);
        await new Promise((resolve) => setImmediate(resolve));
      }
    })();
    await writer.publish([{ key: 'key.made', value: json(1) }], 1);
    isMade = true;
    await asking;
    await until('the revision', () => reader.revision() === 1);
    expect(await reader.read('key.made', schema)).toEqual({ n: 1 });
    expect(nats.stack().pids.nats).toBeDefined();
  });

  it('is fetched once for many who ask at once', async () => {
    const { writer, reader } = await ends();
    await writer.publish([{ key: 'key.k', value: json(1) }], 1);
    await until('the revision', () => reader.revision() === 1);
    const values = await Promise.all(
      Array.from({ length: 100 }, () => reader.read('key.k', schema)),
    );
    expect(new Set(values).size).toBe(1);
  });
});
