import { useStack } from '@tollgate/test-harness';
import { createTelemetry } from '@tollgate/telemetry';
import type { Bus } from '@tollgate/messaging';
import { createServer, connect, type Socket } from 'node:net';
import { controlPlaneSettings, startControlPlane } from '../src/index.ts';
import { FakeBus, FakeConfigWriter, FakeConsumers } from './fake-messaging.ts';
import { pollUntil } from './poll-until.ts';
import { ADMIN_TOKEN, callApi } from './use-control-plane.ts';

describe('an outage of Postgres', () => {
  const stack = useStack({ only: ['postgres'] });

  it('is waited for at start, is answered with 503 quickly, and is over when Postgres is back', async () => {
    const between = await startProxy(new URL(stack.postgresUrl()));
    const telemetry = await createTelemetry({ service: 'control-plane', level: 'silent' });
    between.cut();
    const starting = startControlPlane({
      settings: controlPlaneSettings.parse({
        POSTGRES_URL: between.url,
        NATS_URL: 'nats://127.0.0.1:1',
        TOLLGATE_CONTROL_PLANE_PORT: '0',
        TOLLGATE_KEY_ENCRYPTION_KEY: Buffer.alloc(32, 1).toString('base64'),
        TOLLGATE_ADMIN_TOKEN: ADMIN_TOKEN,
      }),
      // Only `request` is used of the bus.
      messaging: {
        bus: new FakeBus() as unknown as Bus,
        configWriter: new FakeConfigWriter(),
        consumers: new FakeConsumers(),
      },
      telemetry,
    });
    await pollUntil('Postgres was tried twice', () => between.refused() >= 2);
    between.restore();
    const running = await starting;
    const list = () => callApi(running.url, 'GET', '/api/v1/organizations');
    try {
      expect((await list()).status).toBe(200);
      between.cut();
      for (let attempt = 0; attempt < 15; attempt++) {
        const startedAt = performance.now();
        const answer = await list();
        expect(answer.status).toBe(503);
        expect(answer.body.code).toBe('unavailable');
        expect(performance.now() - startedAt).toBeLessThan(3_000);
      }
      const post = await callApi(running.url, 'POST', '/api/v1/organizations', { name: 'x' });
      expect(post.status).toBe(503);
      expect((await fetch(`${running.url}/healthz`)).status).toBe(200);
      expect((await fetch(`${running.url}/readyz`)).status).toBe(503);
      between.restore();
      await pollUntil('the list is served again', async () => (await list()).status === 200);
    } finally {
      await running.stop();
      await telemetry.stop();
      between.close();
    }
  });
});

interface Proxy {
  readonly url: string;
  cut(): void;
  /** Connections that found it cut. */
  refused(): number;
  restore(): void;
  close(): void;
}

/** Stands before Postgres and can take it away. */
async function startProxy(target: URL): Promise<Proxy> {
  const sockets = new Set<Socket>();
  let isCut = false;
  let refused = 0;
  const server = createServer((client) => {
    if (isCut) {
      refused++;
      client.destroy();
      return;
    }
    const upstream = connect(Number(target.port), target.hostname);
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
    client.pipe(upstream).pipe(client);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const url = new URL(target);
  url.port = String(typeof address === 'object' && address ? address.port : 0);
  const drop = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: url.toString(),
    cut: () => {
      isCut = true;
      drop();
    },
    refused: () => refused,
    restore: () => {
      isCut = false;
    },
    close: () => {
      drop();
      server.close();
    },
  };
}
