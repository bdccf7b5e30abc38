import { RECORD_STREAM } from '@tollgate/contracts';
import {
  type ConsumerOptions,
  DEAD_LETTER_STREAM,
  DEAD_LETTER_SUBJECTS,
  type Disposition,
  type DurableMessage,
  type Messaging,
} from '../src/index.ts';
import { requestRecordEvent as event } from './messages.ts';
import { useNats } from './nats.ts';
import { line, useRecords } from './records.ts';
import { until } from './until.ts';

const nats = useNats();
const records = useRecords(nats);

function consume(
  on: Messaging,
  handle: (batch: readonly DurableMessage[]) => Promise<readonly Disposition[]>,
  more: Partial<ConsumerOptions> = {},
) {
  return on.consumers.consume({
    message: event,
    stream: RECORD_STREAM,
    durable: 'test-consumer',
    maxMessages: 100,
    maxBytes: 4_000_000,
    maxWaitMs: 20,
    ackWaitMs: 1_000,
    handle,
    ...more,
  });
}

const done = (batch: readonly DurableMessage[]): Disposition[] =>
  batch.map(() => ({ kind: 'done' }));

describe('a consumer', () => {
  it('gets every event, in batches', async () => {
    const messaging = await nats.connect();
    const seen: string[] = [];
    const batches: number[] = [];
    await consume(messaging, async (batch) => {
      batches.push(batch.length);
      for (const message of batch) seen.push(...message.lines);
      return done(batch);
    });
    for (let i = 0; i < 50; i++) await messaging.publisher.publish(event, line(i));
    await until('all', () => seen.length === 50);
    expect(seen).toEqual(Array.from({ length: 50 }, (_, i) => line(i)));
    expect(batches.length).toBeLessThan(50);
  });

  it('tells how far it is', async () => {
    const messaging = await nats.connect();
    let isHeld = true;
    const running = await consume(messaging, async (batch) =>
      isHeld ? batch.map(() => ({ kind: 'retry', afterMs: 50 })) : done(batch),
    );
    for (let i = 0; i < 3; i++) await messaging.publisher.publish(event, line(i));
    await until('the last', async () => (await running.status()).lastSequence === 3);
    expect(await running.status()).toEqual({ pending: 3, ackFloor: 0, lastSequence: 3 });
    isHeld = false;
    await until('all', async () => (await running.status()).pending === 0);
    expect(await running.status()).toEqual({ pending: 0, ackFloor: 3, lastSequence: 3 });
  });

  it('hands out what gives way after everything before it, and no sooner than its time', async () => {
    const messaging = await nats.connect();
    const seen: string[] = [];
    let isHeld = true;
    const ids = (lines: readonly string[]) => lines.map((text) => JSON.parse(text).id as string);
    await consume(
      messaging,
      async (batch) =>
        batch.map(({ lines }) => {
          if (isHeld && ids(lines).includes('first')) return { kind: 'retry', afterMs: 20 };
          seen.push(...ids(lines));
          return { kind: 'done' };
        }),
      {
        maxMessages: 1,
        givesWay: ({ bytes }) => bytes.includes('guess'),
        giveWayMs: 600,
      },
    );
    const began = Date.now();
    for (const id of ['first', 'guess', 'later']) {
      await messaging.publisher.publish(event, line(id));
      await messaging.publisher.flush();
    }
    await until('the one behind it', () => seen.includes('later'));
    await until('its time is over', () => Date.now() - began > 1_000);
    expect(seen).toEqual(['later']);
    isHeld = false;
    await until('all', () => seen.length === 3);
    expect(seen).toEqual(['later', 'first', 'guess']);
    expect(Date.now() - began).toBeGreaterThanOrEqual(600);
  });

  it('hands out what gives way once nothing else is open, whatever else the stream holds', async () => {
    const messaging = await nats.connect();
    const seen: string[] = [];
    await consume(
      messaging,
      async (batch) => {
        for (const { lines } of batch) seen.push(...lines);
        return done(batch);
      },
      { givesWay: ({ bytes }) => bytes.includes('guess'), giveWayMs: 100 },
    );
    const other = { ...event, subject: 'tollgate.record.other.v1' };
    for (const [message, id] of [
      [event, 'first'],
      [other, 'not for it'],
      [event, 'guess'],
    ] as const) {
      await messaging.publisher.publish(message, line(id));
      await messaging.publisher.flush();
    }
    await until('both', () => seen.length === 2, 8_000);
    expect(seen).toEqual([line('first'), line('guess')]);
  });

  it('gets again what it wants to retry, and says how often', async () => {
    const messaging = await nats.connect();
    const seen: number[] = [];
    await consume(messaging, async (batch) =>
      batch.map(({ redeliveries }) => {
        seen.push(redeliveries);
        return redeliveries < 2 ? { kind: 'retry', afterMs: 20 } : { kind: 'done' };
      }),
    );
    await messaging.publisher.publish(event, line(1));
    await until('three deliveries', () => seen.length === 3);
    expect(seen).toEqual([0, 1, 2]);
  });

  it('parks what is dead, with the reason', async () => {
    const messaging = await nats.connect();
    const running = await consume(messaging, async (batch) =>
      batch.map(() => ({ kind: 'dead', reason: 'no such\nkey', lines: [line('bad')] })),
    );
    await messaging.publisher.publish(event, line('good'));
    await until('nothing pending', async () => (await running.status()).pending === 0);
    const parked = await (await records.manager()).streams.getMessage(DEAD_LETTER_STREAM, {
      seq: 1,
    });
    expect(parked?.subject).toBe(`${DEAD_LETTER_SUBJECTS}.test-consumer`);
    expect(parked?.string()).toBe(line('bad'));
    expect(parked?.header.get('Tollgate-Reason')).toBe('no such key');
    expect(parked?.header.get('Tollgate-Sequence')).toBe('1');
  });

  it('parks the one message that makes it throw, and handles the others', async () => {
    const messaging = await nats.connect();
    for (const id of ['a', 'poison', 'b']) await messaging.publisher.publish(event, line(id));
    const handled = new Set<string>();
    const running = await consume(messaging, async (batch) => {
      for (const message of batch)
        if (message.lines.includes(line('poison'))) throw new Error('indigestible');
      for (const message of batch) for (const text of message.lines) handled.add(text);
      return done(batch);
    });
    await until('nothing pending', async () => (await running.status()).pending === 0, 30_000);
    expect(handled).toEqual(new Set([line('a'), line('b')]));
    expect(await records.messagesIn(DEAD_LETTER_STREAM)).toBe(1);
  }, 40_000);

  it('keeps a message that takes long to itself', async () => {
    const messaging = await nats.connect();
    let deliveries = 0;
    const running = await consume(
      messaging,
      async (batch) => {
        deliveries += batch.length;
        await new Promise((resolve) => setTimeout(resolve, 1_500));
        return done(batch);
      },
      { ackWaitMs: 400 },
    );
    await messaging.publisher.publish(event, line(1));
    await until('nothing pending', async () => {
      const { pending, lastSequence } = await running.status();
      return lastSequence > 0 && pending === 0;
    });
    expect(deliveries).toBe(1);
  });

  it('goes on after NATS was killed and restarted', async () => {
    const messaging = await nats.connect();
    const seen = new Set<string>();
    await consume(messaging, async (batch) => {
      for (const message of batch) for (const text of message.lines) seen.add(text);
      return done(batch);
    });
    await messaging.publisher.publish(event, line('before'));
    await until('the first', () => seen.has(line('before')));
    nats.stack().kill('nats', 'SIGKILL');
    await until('the loss', () => !messaging.bus.isConnected());
    await messaging.publisher.publish(event, line('meanwhile'));
    await nats.stack().restart('nats');
    await records.back();
    await until('the second', () => seen.has(line('meanwhile')));
    await messaging.publisher.publish(event, line('after'));
    await until('the third', () => seen.has(line('after')));
    expect(seen.size).toBe(3);
  }, 30_000);

  it('shares the work of one name between instances', async () => {
    const [one, two] = await Promise.all([nats.connect(), nats.connect()]);
    const counts = [0, 0];
    const take = (who: number) => async (batch: readonly DurableMessage[]) => {
      counts[who] = (counts[who] ?? 0) + batch.length;
      return done(batch);
    };
    await consume(one, take(0), { maxMessages: 5 });
    await consume(two, take(1), { maxMessages: 5 });
    for (let i = 0; i < 100; i++) await one.publisher.publish(event, line(i));
    await until('all', () => (counts[0] ?? 0) + (counts[1] ?? 0) >= 100);
    expect((counts[0] ?? 0) + (counts[1] ?? 0)).toBe(100);
    expect(Math.min(...counts)).toBeGreaterThan(0);
  });

  it('finishes the batch in hand when it stops, and takes no other', async () => {
    const messaging = await nats.connect();
    let finish = (): void => undefined;
    const batches: number[] = [];
    const running = await consume(messaging, async (batch) => {
      batches.push(batch.length);
      await new Promise<void>((resolve) => {
        finish = resolve;
      });
      return done(batch);
    });
    await messaging.publisher.publish(event, line(1));
    await until('the batch', () => batches.length === 1);
    const stopping = running.stop();
    await messaging.publisher.publish(event, line(2));
    finish();
    await stopping;
    expect(batches).toEqual([1]);
    expect(await running.status()).toEqual({ pending: 1, ackFloor: 1, lastSequence: 2 });
  });

  it('refuses a consumer of that name which is another', async () => {
    const messaging = await nats.connect();
    const other = { ...event, subject: 'tollgate.record.other.v1' };
    await (await consume(messaging, async (batch) => done(batch))).stop();
    await expect(
      consume(messaging, async (batch) => done(batch), { message: other }),
    ).rejects.toThrow(/test-consumer is not as it must be: filter_subject/);
  });
});
