import { randomBytes } from 'node:crypto';
import { compiledConnection, configKeys } from '@tollgate/contracts';
import type { Bus } from '@tollgate/messaging';
import { createKeyRing, open } from '@tollgate/secrets';
import { createTelemetry } from '@tollgate/telemetry';
import { useStack } from '@tollgate/test-harness';
import { controlPlaneSettings, type RunningControlPlane, startControlPlane } from '../src/index.ts';
import { FakeBus, FakeConfigWriter, FakeConsumers } from './fake-messaging.ts';

describe('a start', () => {
  const stack = useStack({ only: ['postgres'] });
  const [firstKey, secondKey] = [randomBytes(32), randomBytes(32)].map((key) =>
    key.toString('base64'),
  );
  const writer = new FakeConfigWriter();

  const start = async (settings: Record<string, string> = {}): Promise<RunningControlPlane> =>
    startControlPlane({
      settings: controlPlaneSettings.parse({
        POSTGRES_URL: stack.postgresUrl(),
        NATS_URL: 'nats://127.0.0.1:1',
        TOLLGATE_CONTROL_PLANE_PORT: '0',
        TOLLGATE_KEY_ENCRYPTION_KEY: firstKey,
        ...settings,
      }),
      // Only `request` is used of the bus.
      messaging: {
        bus: new FakeBus() as unknown as Bus,
        configWriter: writer,
        consumers: new FakeConsumers(),
      },
      telemetry: await createTelemetry({ service: 'control-plane', level: 'silent' }),
    });
  const call = async (url: string, token: string, path: string, body?: unknown) => {
    const response = await fetch(`${url}/api/v1/${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as { id: string } };
  };

  it('of several at once migrates once and makes one admin token, told once', async () => {
    const running = await Promise.all([start(), start(), start()]);
    const tokens = running.map(({ adminToken }) => adminToken).filter((token) => token !== null);
    expect(tokens).toHaveLength(1);
    const [token = ''] = tokens;
    expect(token).toMatch(/^tg_admin_[0-9A-Za-z]{40}$/);
    for (const { url } of running) expect((await call(url, token, 'keys')).status).toBe(200);
    await Promise.all(running.map((one) => one.stop()));

    const replaced = await start({ TOLLGATE_ADMIN_TOKEN: 'a-token-of-the-operator' });
    expect(replaced.adminToken).toBe('a-token-of-the-operator');
    expect((await call(replaced.url, token, 'keys')).status).toBe(401);
    expect((await call(replaced.url, 'a-token-of-the-operator', 'keys')).status).toBe(200);
    await replaced.stop();
  });

  it('with a new key-encryption key seals anew what a former one sealed', async () => {
    const token = 'a-token-of-the-operator';
    const before = await start({ TOLLGATE_ADMIN_TOKEN: token });
    const make = async (path: string, body: object) =>
      (await call(before.url, token, path, body)).body.id;
    const organizationId = await make('organizations', { name: 'acme' });
    const projectId = await make('projects', { organizationId, name: 'shop' });
    const secretId = await make('secrets', { projectId, name: 's', value: 'sk-1' });
    const provider = { projectId, secretId, name: 'p', provider: 'openai' };
    const aiProviderId = await make('ai-providers', provider);
    await before.stop();

    const after = await start({
      TOLLGATE_KEY_ENCRYPTION_KEY: secondKey ?? '',
      TOLLGATE_FORMER_KEY_ENCRYPTION_KEYS: firstKey ?? '',
    });
    const text = writer.entries.get(configKeys.connection(aiProviderId)) ?? 'null';
    const { credential } = compiledConnection.parse(JSON.parse(text));
    if (!credential) throw new Error('the connection has no credential');
    const ring = createKeyRing(secondKey ?? '');
    const binding = { organizationId, secretId };
    expect(open(ring, binding, credential)).toEqual({ ok: true, value: 'sk-1' });
    await after.stop();
  });
});
