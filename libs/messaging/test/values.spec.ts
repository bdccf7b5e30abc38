import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { type ValueKey, ValuesUnavailableError } from '../src/index.ts';
import { connectLink } from '../src/nats/connection.ts';
import { DEFAULT_STREAM_SIZES, VALUE_STREAM } from '../src/durable/streams.ts';
import { SIZE_CLASSES } from '../src/values/size-classes.ts';
import { StreamValueStore } from '../src/values/stream-value-store.ts';
import { TrimTurns } from '../src/values/trim-turns.ts';
import { SILENT } from '../src/log.ts';
import { useNats } from './nats.ts';
import { until } from './until.ts';

const nats = useNats();
const KEY: ValueKey = { owner: 'org_1', group: 'prj_1', id: 'a' };
const KIB = 1024;

async function asAdmin<T>(work: (connection: Awaited<ReturnType<typeof connect>>) => Promise<T>) {
  const url = new URL(nats.url());
  const connection = await connect({ servers: url.host, user: url.username, pass: url.password });
  try {
    return await work(connection);
  } finally {
    await connection.close();
  }
}

const subjectsOf = (filter: string) =>
  asAdmin(async (connection) => {
    const manager = await jetstreamManager(connection);
    const { state } = await manager.streams.info(VALUE_STREAM, { subjects_filter: filter });
    return Object.keys(state.subjects ?? {}).sort();
  });

afterEach(() =>
  asAdmin(async (connection) => {
    await (await jetstreamManager(connection)).streams.delete(VALUE_STREAM).catch(() => undefined);
  }),
);

describe('values that are kept for a while', () => {
  it('are found by every process, byte for byte, until they are deleted', async () => {
    const [one, other] = await Promise.all([nats.connect(), nats.connect()]);
    expect(await other.values.get(KEY)).toBeNull();
    const value = Buffer.from([0, 255, 1, 128]);
    expect(await one.values.put(KEY, value)).toBe(true);
    expect(await other.values.get(KEY)).toEqual(value);
    await other.values.delete(KEY);
    expect(await one.values.get(KEY)).toBeNull();
    await one.values.delete(KEY);
  });

  it('are replaced, also by values of another size', async () => {
    const { values } = await nats.connect();
    for (const bytes of [10, 300 * KIB, 20 * KIB, 5]) {
      await values.put(KEY, Buffer.alloc(bytes, bytes % 251));
      expect((await values.get(KEY))?.equals(Buffer.alloc(bytes, bytes % 251))).toBe(true);
    }
    await values.delete(KEY);
    expect(await values.get(KEY)).toBeNull();
  });

  it.each<Partial<ValueKey>>([{ owner: 'org_2' }, { group: 'prj_2' }, { id: 'b' }])(
    'are found under their own name alone: not under %j',
    async (other) => {
      const { values } = await nats.connect();
      await values.put(KEY, Buffer.from('mine'));
      expect(await values.get({ ...KEY, ...other })).toBeNull();
    },
  );

  it.each(['', '*', '>', 'a.b', 'a b', 'ä', 'x'.repeat(129)])(
    'cannot be asked for by what is no name: %j',
    async (id) => {
      const { values } = await nats.connect();
      await values.put(KEY, Buffer.from('mine'));
      await expect(values.get({ ...KEY, id })).rejects.toThrow(RangeError);
      await expect(values.put({ ...KEY, group: id }, Buffer.from('x'))).rejects.toThrow(RangeError);
      await expect(values.delete({ ...KEY, owner: id })).rejects.toThrow(RangeError);
    },
  );

  it('may be of 512 KiB and no more', async () => {
    const { values } = await nats.connect();
    const largest = Buffer.alloc(512 * KIB, 7);
    expect(await values.put(KEY, largest)).toBe(true);
    expect((await values.get(KEY))?.equals(largest)).toBe(true);
    expect(await values.put({ ...KEY, id: 'b' }, Buffer.alloc(512 * KIB + 1))).toBe(false);
    expect(await values.get({ ...KEY, id: 'b' })).toBeNull();
  });

  it('go oldest first where an owner has too many of a size, and of that owner alone', async () => {
    const link = await connectLink({
      natsUrl: nats.url(),
      name: 'values',
      inboxPrefix: 'tollgate.inbox.values',
      patienceMs: 5_000,
      log: SILENT,
    });
    const classes = [
      { name: 's', maxBytes: 10, keep: 3 },
      { name: 'm', maxBytes: 100, keep: 2 },
    ];
    const store = new StreamValueStore({
      link,
      sizes: DEFAULT_STREAM_SIZES,
      log: SILENT,
      classes,
      trimEvery: 4,
    });
    try {
      await store.put({ ...KEY, owner: 'org_2' }, Buffer.from('theirs'));
      for (const id of ['l1', 'l2']) await store.put({ ...KEY, id }, Buffer.alloc(50));
      // The ninth trims, and so did the first and the fifth.
      for (let i = 1; i <= 9; i++) await store.put({ ...KEY, id: `s${i}` }, Buffer.from('x'));
      const small = ['s7', 's8', 's9'].map((id) => `tollgate.value.org_1.s.prj_1.${id}`);
      await until('the trim', async () => {
        const left = await subjectsOf('tollgate.value.org_1.s.>');
        return JSON.stringify(left) === JSON.stringify(small);
      });
      expect(await subjectsOf('tollgate.value.org_1.m.>')).toHaveLength(2);
      expect(await store.get({ ...KEY, owner: 'org_2' })).toEqual(Buffer.from('theirs'));
      expect(await store.get({ ...KEY, id: 's1' })).toBeNull();
    } finally {
      await link.close();
    }
  });

  it('go oldest first where all of them take more room than there is', async () => {
    const { values } = await nats.connect({ streams: { valuesMaxBytes: 64 * KIB } });
    for (let i = 0; i < 20; i++)
      await values.put({ ...KEY, owner: `org_${i}` }, Buffer.alloc(7 * KIB));
    expect(await values.get({ ...KEY, owner: 'org_0' })).toBeNull();
    expect(await values.get({ ...KEY, owner: 'org_19' })).toHaveLength(7 * KIB);
  });

  it('take at most 128 MiB of each size for one owner', () => {
    for (const { maxBytes, keep } of SIZE_CLASSES) expect(maxBytes * keep).toBe(128 * KIB * KIB);
  });

  it('are unavailable while NATS is away, and there again with it', async () => {
    const { values, bus } = await nats.connect();
    await values.put(KEY, Buffer.from('kept'));
    nats.stack().kill('nats', 'SIGKILL');
    await until('the loss', () => !bus.isConnected());
    await expect(values.get(KEY)).rejects.toThrow(ValuesUnavailableError);
    await expect(values.put(KEY, Buffer.from('x'))).rejects.toThrow(ValuesUnavailableError);
    await nats.stack().restart('nats');
    await until('the value', () =>
      values.get(KEY).then(
        (value) => value?.toString() === 'kept',
        () => false,
      ),
    );
  }, 30_000);
});

describe('turns to trim', () => {
  it('come first and every so often, for each name', () => {
    const turns = new TrimTurns(3);
    const due = ['a', 'a', 'b', 'a', 'a', 'b'].map((name) => turns.isDue(name));
    expect(due).toEqual([true, false, true, false, true, false]);
  });

  it('forget the oldest name where there are too many', () => {
    const turns = new TrimTurns(10, 2);
    for (const name of ['a', 'b', 'c']) turns.isDue(name);
    expect(turns.isDue('b')).toBe(false);
    expect(turns.isDue('a')).toBe(true);
  });
});
