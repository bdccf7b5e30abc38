import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { loadSettings, serviceSettings } from '@tollgate/env';
import { useStack } from '@tollgate/test-harness';
import { z } from 'zod';
import {
  messagingSettings,
  runCommand,
  type ServiceParts,
  startProcess,
} from '../src/boot-service.ts';

const schema = z.object({ ...serviceSettings, OWN: z.string().default('own') });
type Settings = z.infer<typeof schema>;

describe('a process', () => {
  const stack = useStack({ only: ['nats'] });
  const spool = mkdtempSync(path.join(os.tmpdir(), 'tollgate-boot-'));
  afterAll(() => rmSync(spool, { recursive: true, force: true }));

  const settings = (more: Record<string, string> = {}): Settings =>
    loadSettings(schema, {
      NATS_URL: stack.natsUrl(),
      TOLLGATE_LOG_LEVEL: 'silent',
      TOLLGATE_SPOOL_DIR: spool,
      ...more,
    });

  it('asks for the copies of the streams that the settings name, and drains after the service', () => {
    const given = { ...settings({ TOLLGATE_STREAM_REPLICAS: '3' }), TOLLGATE_DRAIN_MS: 60_000 };
    expect(messagingSettings(given)).toMatchObject({ streams: { replicas: 3 }, drainMs: 65_000 });
    expect(messagingSettings(settings())).toMatchObject({
      streams: { replicas: 1 },
      confirm: 'journal',
    });
    const strict = settings({ TOLLGATE_RECORD_CONFIRMATION: 'stream' });
    expect(messagingSettings(strict)).toMatchObject({ confirm: 'stream' });
  });

  it('starts the service on a connected bus and stops it before the bus', async () => {
    let wasConnectedAtStop: boolean | undefined;
    let given: ServiceParts<Settings> | undefined;
    const { running, stop } = await startProcess({
      service: 'routing',
      settings: settings(),
      start: async (parts) => {
        given = parts;
        return Promise.resolve({
          url: 'http://here',
          stop: async () => {
            wasConnectedAtStop = parts.messaging.bus.isConnected();
            return Promise.resolve();
          },
        });
      },
    });
    expect(running.url).toBe('http://here');
    expect(given?.settings.OWN).toBe('own');
    expect(given?.messaging.bus.isConnected()).toBe(true);
    await stop();
    expect(wasConnectedAtStop).toBe(true);
    expect(given?.messaging.bus.isConnected()).toBe(false);
  });

  it('leaves the bus when the service cannot start', async () => {
    let given: ServiceParts<Settings> | undefined;
    const starting = startProcess({
      service: 'routing',
      settings: settings(),
      start: async (parts) => {
        given = parts;
        return Promise.reject(new Error('no database'));
      },
    });
    await expect(starting).rejects.toThrow('no database');
    expect(given?.messaging.bus.isConnected()).toBe(false);
  });

  it('runs a command and leaves the bus, when it fails too', async () => {
    const given: ServiceParts<Settings>[] = [];
    const run = (failure?: Error) =>
      runCommand({
        service: 'trace-ingest',
        settings: settings(),
        run: async (parts) => {
          given.push(parts);
          return failure ? Promise.reject(failure) : Promise.resolve();
        },
      });
    await run();
    await expect(run(new Error('no stream'))).rejects.toThrow('no stream');
    expect(given.map(({ messaging }) => messaging.bus.isConnected())).toEqual([false, false]);
  });
});
