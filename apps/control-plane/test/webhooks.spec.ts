import { makeShop, type Shop } from './make-shop.ts';
import { pollUntil } from './poll-until.ts';
import { useReceiver, verify } from './receiver.ts';
import { useControlPlane } from './use-control-plane.ts';

describe('webhooks', () => {
  const { call } = useControlPlane();
  const receiver = useReceiver();
  let shop: Shop;
  beforeAll(async () => {
    shop = await makeShop(call);
  });
  const create = (fields: object = {}) =>
    call('POST', '/api/v1/webhooks', {
      projectId: shop.projectId,
      url: receiver.url(),
      events: ['key.revoked'],
      ...fields,
    });
  const revokedKey = async (): Promise<{ id: string; name: string }> => {
    const { projectId, routeId } = shop;
    const made = await call('POST', '/api/v1/keys', { projectId, routeId, name: 'doomed' });
    expect((await call('POST', `/api/v1/keys/${made.body.id}/revoke`)).status).toBe(200);
    return made.body;
  };
  const remove = (id: string) => call('DELETE', `/api/v1/webhooks/${id}`);

  it('tell of a revoked key, once, signed by a secret that is shown once', async () => {
    const made = await create();
    expect(made.status).toBe(201);
    const { id, secret } = made.body;
    expect(secret).toMatch(/^whsec_/);
    const read = await call('GET', `/api/v1/webhooks/${id}`);
    expect(JSON.stringify(read.body)).not.toContain(secret);
    expect(read.body.sealed).toBeUndefined();

    const key = await revokedKey();
    await call('POST', `/api/v1/keys/${key.id}/revoke`);
    const deliveries = () => call('GET', `/api/v1/webhooks/${id}/deliveries?status=delivered`);
    await pollUntil('it is delivered', async () => (await deliveries()).body.data.length === 1);
    const [message] = receiver.received;
    if (!message) throw new Error('nothing arrived');
    expect(verify(message, secret)).toMatchObject({
      type: 'key.revoked',
      data: { keyId: key.id, projectId: shop.projectId, name: 'doomed' },
    });
    const [delivery] = (await deliveries()).body.data;
    expect(delivery).toMatchObject({
      eventId: message.headers['webhook-id'],
      eventType: 'key.revoked',
      attempts: [{ status: 200, error: null }],
    });

    const path = `/api/v1/webhooks/${id}/deliveries/${delivery.id}`;
    expect((await call('POST', `${path}/redeliver`)).body.status).toBe('pending');
    await pollUntil('it arrives again', () => receiver.received.length === 2);
    expect(new Set(receiver.ids()).size).toBe(1);
    await pollUntil(
      'it is noted',
      async () => (await call('GET', path)).body.attempts.length === 2,
    );
    await remove(id);
    expect((await call('GET', path)).status).toBe(404);
  });

  it('sign with both secrets until the overlap of a rotation ends', async () => {
    const { id, secret } = (await create()).body;
    const rotated = await call('POST', `/api/v1/webhooks/${id}/rotate`);
    expect(rotated.status).toBe(200);
    expect(rotated.body.secret).not.toBe(secret);
    const end = new Date(rotated.body.formerSecretEndsAt).getTime() - Date.now();
    expect(Math.round(end / 3_600_000)).toBe(24);
    const tested = await call('POST', `/api/v1/webhooks/${id}/test`);
    expect(tested.body).toMatchObject({ status: 'delivered', eventType: 'webhook.test' });
    const [message] = receiver.received;
    if (!message) throw new Error('nothing arrived');
    for (const one of [secret, rotated.body.secret]) verify(message, one);

    const again = await call('POST', `/api/v1/webhooks/${id}/rotate`, { overlapSeconds: 0 });
    await call('POST', `/api/v1/webhooks/${id}/test`);
    const last = receiver.received[1];
    if (!last) throw new Error('nothing arrived');
    verify(last, again.body.secret);
    expect(() => verify(last, rotated.body.secret)).toThrow();
    await remove(id);
  });

  it('say what came of a test, and do not try it again', async () => {
    const { id } = (await create()).body;
    receiver.status = 503;
    const tested = await call('POST', `/api/v1/webhooks/${id}/test`);
    expect(tested.body).toMatchObject({
      status: 'failed',
      nextAttemptAt: null,
      attempts: [{ status: 503, error: null }],
    });
    await remove(id);
  });

  it('are told of what they asked for, in their own project, while enabled', async () => {
    const other = await makeShop(call);
    const ids = [
      (await create({ projectId: other.projectId })).body.id,
      (await create({ events: ['key.expiring'] })).body.id,
      (await create({ enabled: false })).body.id,
    ];
    await revokedKey();
    for (const id of ids) {
      const { body } = await call('GET', `/api/v1/webhooks/${id}/deliveries`);
      expect(body).toEqual({ data: [], nextCursor: null });
      await remove(id);
    }
  });

  it('list what was sent, the newest first, page by page', async () => {
    const { id } = (await create()).body;
    for (let at = 0; at < 3; at++) await call('POST', `/api/v1/webhooks/${id}/test`);
    const path = `/api/v1/webhooks/${id}/deliveries?limit=2`;
    const first = (await call('GET', path)).body;
    const second = (await call('GET', `${path}&cursor=${first.nextCursor}`)).body;
    const ids = [...first.data, ...second.data].map((one: { id: string }) => one.id);
    expect(ids).toHaveLength(3);
    expect(ids).toEqual([...ids].sort().reverse());
    expect(second.nextCursor).toBeNull();
    await remove(id);
  });

  it('send again what could not be delivered since a time, under the same id', async () => {
    const { id } = (await create()).body;
    const deliveries = async (status: string) =>
      (await call('GET', `/api/v1/webhooks/${id}/deliveries?status=${status}`)).body.data;
    const sendAgain = (since: string) =>
      call('POST', `/api/v1/webhooks/${id}/redeliver`, { since });
    const since = new Date().toISOString();
    receiver.status = 410;
    await revokedKey();
    await pollUntil('it is given up', async () => (await deliveries('failed')).length === 1);
    expect((await sendAgain(since)).status).toBe(409);
    await call('PATCH', `/api/v1/webhooks/${id}`, { enabled: true });
    receiver.status = 503;
    await call('POST', `/api/v1/webhooks/${id}/test`);
    receiver.status = 200;
    expect((await sendAgain('yesterday')).status).toBe(400);
    const later = new Date(Date.now() + 60_000).toISOString();
    expect((await sendAgain(later)).body).toEqual({ count: 0 });
    // Not the test message.
    expect((await sendAgain(since)).body).toEqual({ count: 1 });
    await pollUntil('it is delivered', async () => (await deliveries('delivered')).length === 1);
    const told = receiver.received.filter(({ body }) => body.includes('key.revoked'));
    expect(told).toHaveLength(2);
    expect(new Set(told.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    await remove(id);
  });

  it('are a hundred at most in a project', async () => {
    const { projectId } = await makeShop(call);
    for (let at = 0; at < 10; at++)
      await Promise.all(Array.from({ length: 10 }, () => create({ projectId })));
    const beyond = await create({ projectId });
    expect(beyond.status).toBe(409);
    expect(beyond.body.detail).toContain('100');
    expect((await create()).status).toBe(201);
  });

  it('are refused with unknown events, none, or an address that may never be called', async () => {
    expect((await create({ events: ['key.made'] })).status).toBe(400);
    expect((await create({ events: [] })).status).toBe(400);
    expect((await create({ url: 'ftp://example.com/' })).status).toBe(400);
    const metadata = await create({ url: 'http://169.254.169.254/latest' });
    expect(metadata.status).toBe(422);
    expect(metadata.body.errors[0].field).toBe('url');
  });
});

describe('webhooks of a control plane that may not call private networks', () => {
  const { call } = useControlPlane({ settings: { TOLLGATE_ALLOW_PRIVATE_UPSTREAMS: 'false' } });

  it('need https, and a public address', async () => {
    const name = 'public-only';
    const organization = await call('POST', '/api/v1/organizations', { name });
    const project = await call('POST', '/api/v1/projects', {
      organizationId: organization.body.id,
      name,
    });
    const create = (url: string) =>
      call('POST', '/api/v1/webhooks', {
        projectId: project.body.id,
        url,
        events: ['key.revoked'],
      });
    expect((await create('https://127.0.0.1/hook')).status).toBe(422);
    const plain = await create('http://hooks.invalid/in');
    expect(plain.body.detail).toContain('https://');
    expect((await create('https://hooks.invalid/in')).status).toBe(201);
  });
});
