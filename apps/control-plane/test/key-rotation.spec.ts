import { configKeys, type KeyPolicy, keyPolicy, queryKeyUse } from '@tollgate/contracts';
import { hashKey } from '@tollgate/secrets';
import { DataSource } from 'typeorm';
import { makeShop, type Shop } from './make-shop.ts';
import { pollUntil } from './poll-until.ts';
import { ADMIN_TOKEN, useControlPlane } from './use-control-plane.ts';

describe('a key', () => {
  const { bus, call, start, stack, writer } = useControlPlane();
  const policyOf = (text: string): KeyPolicy | null => {
    const value = writer.entries.get(configKeys.keyPolicy(hashKey(text)));
    return value === undefined ? null : keyPolicy.parse(JSON.parse(value));
  };
  let shop: Shop;
  beforeAll(async () => {
    shop = await makeShop(call);
  });
  const create = async (fields: object = {}) => {
    const owner = { projectId: shop.projectId, routeId: shop.routeId, name: 'backend' };
    const made = await call('POST', '/api/v1/keys', { ...owner, ...fields });
    expect(made.status).toBe(201);
    return made.body;
  };
  const rotate = (id: string, body?: object) => call('POST', `/api/v1/keys/${id}/rotate`, body);

  it('is the same under both of its texts while they overlap', async () => {
    const made = await create({
      budgets: [{ metric: 'tokens', window: 'day', limit: 1000 }],
      metadata: { team: 'a' },
    });
    const before = policyOf(made.key);
    const rotatedAt = Date.now();
    const rotated = await rotate(made.id, { overlapSeconds: 60 });
    expect(rotated.status).toBe(200);
    expect(policyOf(rotated.body.key)).toEqual(before);
    const { textEndsAt = 0, expiresAt, ...former } = policyOf(made.key) ?? {};
    expect(former).toEqual({ ...before, expiresAt: undefined });
    expect(expiresAt).toBe(textEndsAt);
    expect(textEndsAt).toBeGreaterThanOrEqual(rotatedAt + 60_000);
    expect(textEndsAt).toBeLessThanOrEqual(Date.now() + 60_000);
    expect(rotated.body.formerTexts).toEqual([
      { keyHint: made.key.slice(-4), endsAt: new Date(textEndsAt).toISOString() },
    ]);
    await call('PATCH', `/api/v1/keys/${made.id}`, { metadata: { team: 'b' } });
    await call('PATCH', `/api/v1/projects/${shop.projectId}`, { payloadCapture: 'none' });
    for (const text of [made.key, rotated.body.key]) {
      expect(policyOf(text)).toMatchObject({ metadata: { team: 'b' }, payloadCapture: 'none' });
    }
    await call('PATCH', `/api/v1/keys/${made.id}`, { expiresAt: '2026-01-01T00:00:00Z' });
    expect(policyOf(made.key)?.expiresAt).toBe(Date.UTC(2026, 0, 1));
  });

  it('ends all its former texts at once when it is rotated without an overlap', async () => {
    const made = await create();
    const second = (await rotate(made.id, { overlapSeconds: 60 })).body;
    const third = (await rotate(made.id, { overlapSeconds: 90 })).body;
    expect(third.formerTexts).toHaveLength(2);
    expect([made, second, third].map(({ key }) => policyOf(key)?.keyId)).toEqual(
      Array(3).fill(made.id),
    );
    const last = (await rotate(made.id)).body;
    expect([made, second, third].map(({ key }) => policyOf(key))).toEqual([null, null, null]);
    expect(policyOf(last.key)?.keyId).toBe(made.id);
    expect(last.formerTexts).toEqual([]);
  });

  it.each(['revoke', 'disable', 'delete'])('obeys %s under each of its texts', async (action) => {
    const made = await create();
    const { key } = (await rotate(made.id, { overlapSeconds: 60 })).body;
    const path = `/api/v1/keys/${made.id}`;
    const done = await (action === 'delete'
      ? call('DELETE', path)
      : call('POST', `${path}/${action}`));
    expect(done.headers.get('x-tollgate-published')).toBe('true');
    const status = { revoke: 'revoked', disable: 'disabled' }[action];
    expect([policyOf(made.key)?.status, policyOf(key)?.status]).toEqual([status, status]);
  });

  it('is enabled again, but not once it was revoked', async () => {
    const made = await create();
    const path = `/api/v1/keys/${made.id}`;
    expect((await call('POST', `${path}/disable`)).body.status).toBe('disabled');
    expect((await call('POST', `${path}/enable`)).body.status).toBe('active');
    expect(policyOf(made.key)?.status).toBe('active');
    await call('POST', `${path}/revoke`);
    expect((await call('POST', `${path}/enable`)).status).toBe(409);
  });

  it.each([
    { overlapSeconds: -1 },
    { overlapSeconds: 1.5 },
    { overlapSeconds: 1e9 },
    { overlap: 1 },
  ])('is not rotated by %j', async (body) => {
    const made = await create();
    expect((await rotate(made.id, body)).status).toBe(400);
    expect(policyOf(made.key)?.textEndsAt).toBeUndefined();
  });

  it('forgets a text a day after its end, and its document with it', async () => {
    const made = await create();
    const { body: second } = await rotate(made.id, { overlapSeconds: 60 });
    await rotate(made.id, { overlapSeconds: 60 });
    const database = await new DataSource({
      type: 'postgres',
      url: stack.postgresUrl(),
    }).initialize();
    const endedAgo = (text: string, hours: number) =>
      database.query(
        `UPDATE control_plane.former_key_texts SET ends_at = now() - make_interval(hours => $1)
         WHERE key_hash = $2`,
        [hours, hashKey(text)],
      );
    await endedAgo(made.key, 25);
    await endedAgo(second.key, 23);
    await database.destroy();
    const other = await start();
    await pollUntil('the older text is gone', () => policyOf(made.key) === null);
    await other.stop();
    expect(policyOf(second.key)?.keyId).toBe(made.id);
  });

  it('takes source ranges as they are written, and hands them on', async () => {
    const sourceRanges = ['192.0.2.0/24', '2001:db8::/32', '198.51.100.7'];
    const made = await create({ sourceRanges });
    expect(made.sourceRanges).toEqual(sourceRanges);
    expect(policyOf(made.key)?.sourceRanges).toEqual(sourceRanges);
    const path = `/api/v1/keys/${made.id}`;
    for (const wrong of ['10.0.0.1/8', '300.0.0.1', 'example.com', '']) {
      const refused = await call('PATCH', path, { sourceRanges: [wrong] });
      expect(refused.status).toBe(400);
      expect(refused.body.errors[0].field).toBe('sourceRanges.0');
    }
    expect((await call('PATCH', path, { sourceRanges: [] })).status).toBe(400);
    expect((await call('PATCH', path, { sourceRanges: null })).body.sourceRanges).toBeNull();
    expect(policyOf(made.key)?.sourceRanges).toBeNull();
  });

  it('says who made it', async () => {
    const { id, createdBy } = await create();
    expect(createdBy).toBe(`admin:${hashKey(ADMIN_TOKEN).slice(0, 8)}`);
    expect((await call('GET', `/api/v1/keys/${id}`)).body.createdBy).toBe(createdBy);
  });

  it('says when it was used last, or nothing of it while that cannot be told', async () => {
    const used = await create();
    const unused = await create();
    expect(used).not.toHaveProperty('lastUsedAt');
    const at = Date.UTC(2026, 10, 21, 9);
    bus.answers.set(queryKeyUse.subject, { outcome: 'found', lastUsedAt: { [used.id]: at } });
    const list = await call('GET', `/api/v1/keys?projectId=${shop.projectId}&limit=500`);
    const lastUsedAt = new Map(
      list.body.data.map((key: { id: string; lastUsedAt: unknown }) => [key.id, key.lastUsedAt]),
    );
    expect(lastUsedAt.get(used.id)).toBe(new Date(at).toISOString());
    expect(lastUsedAt.get(unused.id)).toBeNull();
    bus.answers.set(queryKeyUse.subject, { outcome: 'unavailable' });
    const away = await call('GET', `/api/v1/keys/${used.id}`);
    expect(away.status).toBe(200);
    expect(away.body).not.toHaveProperty('lastUsedAt');
    bus.answers.delete(queryKeyUse.subject);
  });
});
