import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { removeStackHome, type Stack, startStack } from '@tollgate/stack';
import { connectMessaging, type Messaging, type MessagingOptions, SILENT } from '../src/index.ts';

export interface NatsHandle {
  url(): string;
  stack(): Stack;
  /** A connection that is closed after the test. */
  connect(options?: Partial<MessagingOptions>): Promise<Messaging>;
  /** A folder that is removed after the tests. */
  folder(): string;
}

/** A real nats-server for the tests of a file. */
export function useNats(): NatsHandle {
  const home = mkdtempSync(path.join(os.tmpdir(), 'tollgate-messaging-'));
  let stack: Stack | undefined;
  let open: Messaging[] = [];

  beforeAll(async () => {
    stack = await startStack({
      home: path.join(home, 'stack'),
      only: ['nats'],
      ports: { nats: 0, postgres: 0, clickhouse: 0 },
    });
  }, 360_000);

  afterEach(async () => {
    const closing = open;
    open = [];
    await Promise.all(closing.map((messaging) => messaging.close()));
  });

  afterAll(async () => {
    await stack?.stop();
    removeStackHome(path.join(home, 'stack'));
    rmSync(home, { recursive: true, force: true });
  });

  const running = (): Stack => {
    if (stack === undefined) throw new Error('NATS runs during tests and hooks only');
    return stack;
  };
  const folder = (): string => mkdtempSync(path.join(home, 'spool-'));
  return {
    url: () => running().natsUrl,
    stack: running,
    folder,
    connect: async (options = {}) => {
      const messaging = await connectMessaging({
        natsUrl: running().natsUrl,
        service: 'standalone',
        spoolDir: folder(),
        log: SILENT,
        drainMs: 2_000,
        confirm: 'stream',
        ...options,
      });
      open.push(messaging);
      return messaging;
    },
  };
}
