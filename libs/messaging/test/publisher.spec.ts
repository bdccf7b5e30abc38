import { readdirSync } from 'node:fs';
import { RECORD_STREAM } from '@tollgate/contracts';
import { SpoolFullError } from '../src/index.ts';
import { startPeer, usePeers } from './child.ts';
import { requestRecordEvent as event } from './messages.ts';
import { useNats } from './nats.ts';
import { line, useRecords } from './records.ts';
import { until } from './until.ts';

const nats = useNats();
const records = useRecords(nats);
usePeers();

describe('the publisher', () => {
  it('groups what waits into few messages, and loses nothing', async () => {
    const messaging = await nats.connect();
    const ids = Array.from({ length: 1_000 }, (_, i) => String(i));
    await Promise.all(ids.map((id) => messaging.publisher.publish(event, line(id))));
    expect(await records.storedIds()).toEqual(ids);
    expect(await records.messagesIn(RECORD_STREAM)).toBeLessThan(10);
  });

  it('refuses an event that no message can hold', async () => {
    const messaging = await nats.connect();
    const huge = JSON.stringify({ id: 'x'.repeat(1_000_000) });
    await expect(messaging.publisher.publish(event, huge)).rejects.toThrow(RangeError);
  });

  it('spools while NATS is away, and drains in order when it is back', async () => {
    const spoolDir = nats.folder();
    const messaging = await nats.connect({ spoolDir });
    await messaging.publisher.publish(event, line('before'));
    nats.stack().kill('nats', 'SIGKILL');
    await until('the loss', () => !messaging.bus.isConnected());
    const ids = Array.from({ length: 300 }, (_, i) => `away-${i}`);
    for (const id of ids) await messaging.publisher.publish(event, line(id));
    expect(readdirSync(spoolDir)).toHaveLength(1);
    await nats.stack().restart('nats');
    await records.back();
    await until('the spool to be drained', () => readdirSync(spoolDir).length === 0);
    expect(await records.storedIds()).toEqual(['before', ...ids]);
    await messaging.publisher.publish(event, line('after'));
    expect((await records.storedIds()).at(-1)).toBe('after');
  }, 30_000);

  it('loses nothing that it has confirmed when NATS is killed under load', async () => {
    const messaging = await nats.connect();
    const confirmed = new Set<string>();
    let isOver = false;
    const writers = Array.from({ length: 8 }, async (_, writer) => {
      for (let i = 0; !isOver; i++) {
        const id = `${writer}-${i}`;
        await messaging.publisher.publish(event, line(id));
        confirmed.add(id);
        await new Promise((resolve) => setImmediate(resolve));
      }
    });
    for (let round = 0; round < 2; round++) {
      const target = confirmed.size + 300;
      await until('some load', () => confirmed.size > target);
      nats.stack().kill('nats', 'SIGKILL');
      await until('some load while it is away', () => confirmed.size > target + 200);
      await nats.stack().restart('nats');
      await until('the connection', () => messaging.bus.isConnected());
    }
    isOver = true;
    await Promise.all(writers);
    await records.back();
    await until('all to be stored', async () => {
      const stored = new Set(await records.storedIds());
      return [...confirmed].every((id) => stored.has(id));
    });
    expect(confirmed.size).toBeGreaterThan(500);
  }, 60_000);

  it('drains what a killed process has left', async () => {
    const spoolDir = nats.folder();
    const peer = await startPeer('publish', nats.url(), spoolDir);
    await until('some events', () => peer.lines().length > 20);
    nats.stack().kill('nats', 'SIGKILL');
    await until('some spooled', () => readdirSync(spoolDir).length > 0);
    const count = peer.lines().length;
    await until('some more', () => peer.lines().length > count + 20);
    await peer.kill();
    await nats.stack().restart('nats');
    await records.back();
    await nats.connect({ spoolDir });
    await until('the spool to be drained', () => readdirSync(spoolDir).length === 0);
    const stored = new Set(await records.storedIds());
    const lost = peer
      .lines()
      .filter((text) => text.startsWith('child-'))
      .filter((id) => !stored.has(id));
    expect(lost).toEqual([]);
  }, 60_000);

  it('leaves at once while NATS is away, and what it spooled stays for the next', async () => {
    const spoolDir = nats.folder();
    const leaving = await nats.connect({ spoolDir });
    await leaving.hostFor('routing').listen();
    nats.stack().kill('nats', 'SIGKILL');
    await until('the loss', () => !leaving.bus.isConnected());
    await leaving.publisher.publish(event, line('left'));
    const startedAt = Date.now();
    await leaving.close();
    expect(Date.now() - startedAt).toBeLessThan(3_000);
    expect(readdirSync(spoolDir)).toHaveLength(1);
    await nats.stack().restart('nats');
    await records.back();
    await nats.connect({ spoolDir });
    await until('the spool to be drained', () => readdirSync(spoolDir).length === 0);
    expect(await records.storedIds()).toEqual(['left']);
  }, 30_000);

  it('says so when the spool is full and NATS is away', async () => {
    const messaging = await nats.connect({ spoolMaxBytes: 10_000 });
    nats.stack().kill('nats', 'SIGKILL');
    await until('the loss', () => !messaging.bus.isConnected());
    const text = JSON.stringify({ id: 'x'.repeat(1_000) });
    const publishing = async (): Promise<void> => {
      for (let i = 0; i < 20; i++) await messaging.publisher.publish(event, text);
    };
    await expect(publishing()).rejects.toThrow(SpoolFullError);
    await nats.stack().restart('nats');
    await records.back();
    await until('room again', () =>
      messaging.publisher.publish(event, text).then(
        () => true,
        () => false,
      ),
    );
  }, 30_000);

  it('spools while the stream is full, and goes on when there is room', async () => {
    const spoolDir = nats.folder();
    const messaging = await nats.connect({ spoolDir, streams: { recordsMaxBytes: 20_000 } });
    // Too small to be packed.
    const text = JSON.stringify({ id: 'x'.repeat(3_900) });
    for (let i = 0; i < 8; i++) await messaging.publisher.publish(event, text);
    expect(readdirSync(spoolDir).length).toBeGreaterThan(0);
    const manager = await records.manager();
    await manager.streams.update(RECORD_STREAM, {
      ...(await manager.streams.info(RECORD_STREAM)).config,
      max_bytes: 10_000_000,
    });
    await until('the spool to be drained', () => readdirSync(spoolDir).length === 0);
    expect(await records.storedIds()).toHaveLength(8);
  }, 30_000);

  it('makes the stream again when it was deleted', async () => {
    const messaging = await nats.connect();
    await (await records.manager()).streams.delete(RECORD_STREAM);
    await messaging.publisher.publish(event, line('kept'));
    await until('the event to be stored', async () =>
      (await records.storedIds().catch((): string[] => [])).includes('kept'),
    );
  });

  it('refuses to start over a stream that drops old records', async () => {
    const manager = await records.manager();
    await manager.streams.add({ name: RECORD_STREAM, subjects: ['tollgate.record.>'] });
    await expect(nats.connect()).rejects.toThrow(
      /TOLLGATE_RECORDS is not as it must be: .*discard/,
    );
  });
});
