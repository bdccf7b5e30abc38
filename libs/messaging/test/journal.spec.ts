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

describe('a publisher that confirms from the journal', () => {
  it('brings what it confirmed to the stream, in order, many events to a message', async () => {
    const messaging = await nats.connect({ confirm: 'journal' });
    const ids = Array.from({ length: 500 }, (_, i) => String(i));
    for (const id of ids) await messaging.publisher.publish(event, line(id));
    await messaging.publisher.flush();
    expect(await records.storedIds()).toEqual(ids);
    expect(await records.messagesIn(RECORD_STREAM)).toBeLessThan(250);
  });

  it('leaves no file behind when all is stored', async () => {
    const spoolDir = nats.folder();
    const messaging = await nats.connect({ confirm: 'journal', spoolDir });
    await messaging.publisher.publish(event, line('one'));
    expect(readdirSync(spoolDir)).toHaveLength(1);
    await messaging.close();
    expect(readdirSync(spoolDir)).toEqual([]);
    expect(await records.storedIds()).toEqual(['one']);
  });

  it('confirms while NATS is away, and stores all of it later', async () => {
    const messaging = await nats.connect({ confirm: 'journal' });
    nats.stack().kill('nats', 'SIGKILL');
    await until('the loss', () => !messaging.bus.isConnected());
    const ids = Array.from({ length: 200 }, (_, i) => `away-${i}`);
    for (const id of ids) await messaging.publisher.publish(event, line(id));
    await nats.stack().restart('nats');
    await records.back();
    await until('all to be stored', async () => (await records.storedIds()).length >= ids.length);
    expect([...new Set(await records.storedIds())].sort()).toEqual([...ids].sort());
  }, 30_000);

  it('loses nothing that a killed process had confirmed, and marks it as possibly stored before', async () => {
    const spoolDir = nats.folder();
    const peer = await startPeer('publish', nats.url(), spoolDir);
    await until('some events', () => peer.lines().length > 300);
    await peer.kill();
    const confirmed = peer.lines().filter((text) => text.startsWith('child-'));
    const before = (await records.storedIds()).length;
    const messaging = await nats.connect({ spoolDir });
    await until('the journal to be drained', () => readdirSync(spoolDir).length === 0);
    const stored = new Set(await records.storedIds());
    expect(confirmed.filter((id) => !stored.has(id))).toEqual([]);

    const redeliveries: number[] = [];
    await messaging.consumers.consume({
      message: event,
      stream: RECORD_STREAM,
      durable: 'test-replay',
      maxMessages: 100,
      maxBytes: 1_000_000,
      maxWaitMs: 10,
      ackWaitMs: 5_000,
      handle: async (batch) => {
        for (const message of batch)
          redeliveries.push(...message.lines.map(() => message.redeliveries));
        return batch.map(() => ({ kind: 'done' as const }));
      },
    });
    const total = (await records.storedIds()).length;
    await until('all to be delivered', () => redeliveries.length >= total);
    expect(redeliveries.slice(0, before).every((count) => count === 0)).toBe(true);
    expect(redeliveries.slice(before).every((count) => count > 0)).toBe(true);
    expect(redeliveries.length).toBeGreaterThan(before);
  }, 40_000);

  it('pushes back when neither the stream nor the spool takes what waits', async () => {
    const messaging = await nats.connect({ confirm: 'journal', spoolMaxBytes: 1_000 });
    nats.stack().kill('nats', 'SIGKILL');
    await until('the loss', () => !messaging.bus.isConnected());
    const text = JSON.stringify({ id: 'x'.repeat(500_000) });
    const publishing = async (): Promise<void> => {
      for (let i = 0; i < 300; i++) await messaging.publisher.publish(event, text);
    };
    await expect(publishing()).rejects.toThrow(SpoolFullError);
    await nats.stack().restart('nats');
    await records.back();
    await messaging.publisher.flush();
  }, 60_000);
});
