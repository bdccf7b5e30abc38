import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { compiledRoute, configKeys, keyPolicy } from '@tollgate/contracts';
import { connectMessaging, type Messaging } from '@tollgate/messaging';
import { hashKey } from '@tollgate/secrets';
import { createTelemetry } from '@tollgate/telemetry';
import { useStack } from '@tollgate/test-harness';
import { controlPlaneSettings, type RunningControlPlane, startControlPlane } from '../src/index.ts';
import { makeShop } from './make-shop.ts';
import { pollUntil } from './poll-until.ts';
import { ADMIN_TOKEN, type Call, callApi } from './use-control-plane.ts';

describe('the real config bucket', () => {
  const stack = useStack({ only: ['postgres', 'nats'] });
  const spoolDir = mkdtempSync(path.join(tmpdir(), 'tollgate-spool-'));
  const open: Messaging[] = [];
  let running: RunningControlPlane | undefined;

  const join = async (service: 'control-plane' | 'gateway'): Promise<Messaging> => {
    const telemetry = await createTelemetry({ service, level: 'silent' });
    const messaging = await connectMessaging({
      natsUrl: stack.natsUrl(),
      service,
      spoolDir: path.join(spoolDir, service),
      log: telemetry.log,
    });
    open.push(messaging);
    return messaging;
  };
  beforeAll(async () => {
    running = await startControlPlane({
      settings: controlPlaneSettings.parse({
        TOLLGATE_ALLOW_PRIVATE_UPSTREAMS: 'true',
        POSTGRES_URL: stack.postgresUrl(),
        NATS_URL: stack.natsUrl(),
        TOLLGATE_CONTROL_PLANE_PORT: '0',
        TOLLGATE_KEY_ENCRYPTION_KEY: Buffer.alloc(32, 3).toString('base64'),
        TOLLGATE_ADMIN_TOKEN: ADMIN_TOKEN,
      }),
      messaging: await join('control-plane'),
      telemetry: await createTelemetry({ service: 'control-plane', level: 'silent' }),
    });
  }, 60_000);
  afterAll(async () => {
    await running?.stop();
    await Promise.all(open.map((one) => one.close()));
    rmSync(spoolDir, { recursive: true, force: true });
  }, 30_000);

  it('tells a reader of a new key at once, of its end within a second, of a route within two', async () => {
    const { configReader } = await join('gateway');
    const call: Call = (method, where, body) => callApi(running?.url ?? '', method, where, body);
    const shop = await makeShop(call);
    const { projectId, routeId } = shop;
    const made = await call('POST', '/api/v1/keys', { projectId, routeId, name: 'k' });
    expect(made.headers.get('x-tollgate-published')).toBe('true');
    const keyName = configKeys.keyPolicy(hashKey(made.body.key));
    expect(await configReader.read(keyName, keyPolicy)).toMatchObject({
      status: 'active',
      routeId,
    });

    await call('POST', `/api/v1/keys/${made.body.id}/revoke`);
    await pollUntil(
      'the reader knows that the key is revoked',
      async () => (await configReader.read(keyName, keyPolicy))?.status === 'revoked',
      1_000,
    );

    const routeName = configKeys.route(routeId);
    expect(await configReader.read(routeName, compiledRoute)).toMatchObject({ version: 1 });
    await call('PATCH', `/api/v1/routes/${routeId}`, { strategy: 'cheapest' });
    await call('POST', `/api/v1/routes/${routeId}/publish`);
    await pollUntil(
      'the reader has the second version',
      async () => (await configReader.read(routeName, compiledRoute))?.version === 2,
      2_000,
    );
  });
});
