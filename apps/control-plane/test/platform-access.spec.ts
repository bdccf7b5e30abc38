import { compiledRoute, configKeys, keyPolicy, projectModels } from '@tollgate/contracts';
import { hashKey } from '@tollgate/secrets';
import pg from 'pg';
import { makeShop, type Shop } from './make-shop.ts';
import { useControlPlane } from './use-control-plane.ts';

describe('platform access', () => {
  const { call, writer, bus, stack } = useControlPlane({
    settings: { TOLLGATE_MANAGED_CHAT_CAP: '7' },
  });
  let operator: Shop;
  let shop: Shop;

  beforeEach(async () => {
    operator = await makeShop(call);
    shop = await makeShop(call);
    bus.answers.clear();
  });

  const share = () =>
    call('PATCH', `/api/v1/ai-providers/${operator.aiProviderId}`, { access: 'platform' });
  const target = (model = 'm-1') =>
    call('PATCH', `/api/v1/routes/${shop.routeId}`, {
      targets: [{ aiProviderId: operator.aiProviderId, model }],
    });
  const compiled = () =>
    compiledRoute.parse(JSON.parse(writer.entries.get(configKeys.route(shop.routeId)) ?? 'null'));

  it("lets routes of any project name the operator's connections, and no other project's own", async () => {
    const refused = await target();
    expect(refused.status).toBe(422);
    expect(refused.body.errors[0].field).toBe('targets.0.aiProviderId');
    expect((await share()).body.access).toBe('platform');
    expect((await target()).status).toBe(200);
    expect((await call('POST', `/api/v1/routes/${shop.routeId}/publish`)).status).toBe(200);
    expect(compiled().targets).toMatchObject([
      { aiProviderId: operator.aiProviderId, access: 'platform', model: 'm-1', enabled: true },
    ]);
    expect(compiled().otherModels.map(({ access }) => access)).toEqual(['byok', 'byok']);
    const key = configKeys.projectModels(shop.projectId);
    const listed = projectModels.parse(JSON.parse(writer.entries.get(key) ?? 'null'));
    expect(listed.models.map(({ name }) => name)).toEqual(['m-1', 'm-2', 'm-1']);
  });

  it('follows such a connection into the routes of others, and keeps it while they use it', async () => {
    await share();
    await target();
    await call('POST', `/api/v1/routes/${shop.routeId}/publish`);
    const path = `/api/v1/ai-providers/${operator.aiProviderId}`;
    await call('PATCH', path, { enabled: false });
    expect(compiled().targets).toMatchObject([{ enabled: false }]);
    expect((await call('PATCH', path, { access: 'byok' })).status).toBe(409);
    await call('PATCH', `/api/v1/routes/${operator.routeId}`, { targets: [] });
    expect((await call('DELETE', path)).status).toBe(409);
  });

  it("is named project/connection in a config file, and another project's own never is", async () => {
    const shopName = (await call('GET', `/api/v1/projects/${shop.projectId}`)).body.name;
    const operatorName = (await call('GET', `/api/v1/projects/${operator.projectId}`)).body.name;
    const text = JSON.stringify({
      routes: [
        {
          project: shopName,
          name: 'shared',
          targets: [{ aiProvider: `${operatorName}/simulated`, model: 'm-1' }],
        },
      ],
    });
    const refused = await call('POST', '/api/v1/config-file', { text });
    expect(refused.status).toBe(422);
    await share();
    expect((await call('POST', '/api/v1/config-file', { text })).status).toBe(200);
  });

  describe('credits', () => {
    const path = () => `/api/v1/organizations/${shop.organizationId}/credits`;
    const spend = (settled: string, granted = '0') =>
      bus.answers.set('tollgate.budget.windows.v1', {
        windows: [
          { quotaId: 'q', windowId: 'w', metric: 'cost', window: 'total', settled, granted },
        ],
      });
    const makeKey = async (): Promise<() => unknown[]> => {
      const { projectId, routeId } = shop;
      const made = await call('POST', '/api/v1/keys', { projectId, routeId, name: 'k' });
      const at = configKeys.keyPolicy(hashKey(made.body.key));
      return () => {
        const policy = keyPolicy.parse(JSON.parse(writer.entries.get(at) ?? 'null'));
        return (policy.platformQuotas ?? []).map(({ kind, limit }) => ({ kind, limit }));
      };
    };

    it('take the place of the onboarding caps in every key, and are booked once for a reference', async () => {
      const quotas = await makeKey();
      const free = (limit: string) => ({ kind: 'onboarding', limit });
      expect(quotas()).toEqual([free('7'), free('10'), free('50')]);
      await call('PATCH', `/api/v1/organizations/${shop.organizationId}`, {
        managedCaps: { images: null, embeddings: 3 },
      });
      expect(quotas()).toEqual([free('7'), free('3')]);

      const body = { amountUsd: 12.5, reference: 'invoice-1', note: 'first' };
      const [one, two] = await Promise.all([
        call('POST', path(), body),
        call('POST', path(), body),
      ]);
      expect(one).toMatchObject({ status: 201, body: { amountUsd: '12.5', note: 'first' } });
      expect(two.body.id).toBe(one.body.id);
      expect(quotas()).toEqual([{ kind: 'credits', limit: '12500000000000' }]);
      const other = await call('POST', path(), { ...body, amountUsd: 13 });
      expect(other.status).toBe(409);
      spend('1250000000000');
      const listed = await call('GET', path());
      expect(listed.body).toMatchObject({
        data: [{ reference: 'invoice-1' }],
        grantedUsd: '12.5',
        spentUsd: '1.25',
      });
    });

    it('are booked by a config file, once however often it is applied', async () => {
      const quotas = await makeKey();
      const { name } = (await call('GET', `/api/v1/organizations/${shop.organizationId}`)).body;
      const apply = (...credits: object[]) =>
        call('POST', '/api/v1/config-file', {
          text: JSON.stringify({
            credits: credits.map((credit) => ({ organization: name, ...credit })),
          }),
        });
      const first = { reference: 'contract-1', amountUsd: 10, note: 'first year' };
      const booked = await apply(first);
      expect(booked.body.created).toEqual([{ section: 'credits', name: `${name}/contract-1` }]);
      expect((await apply(first)).body).toMatchObject({ created: [], changed: [] });
      await apply(first, { reference: 'contract-2', amountUsd: '2.5' });
      expect(quotas()).toEqual([{ kind: 'credits', limit: '12500000000000' }]);

      const changed = await apply({ ...first, amountUsd: 11 });
      expect(changed.status).toBe(422);
      expect(JSON.stringify(changed.body)).toContain('booked already, with another amount');
      const stranger = await apply({ ...first, organization: 'nobody' });
      expect(JSON.stringify(stranger.body)).toContain('there is none named');
      const back = { reference: 'fix', amountUsd: -1 };
      expect((await apply(back)).status).toBe(422);
      expect((await apply({ ...back, allowBelowSpent: true })).status).toBe(200);
      expect(quotas()).toEqual([{ kind: 'credits', limit: '11500000000000' }]);
    });

    it('are never taken back below what is spent, unless whoever corrects says so', async () => {
      await call('POST', path(), { amountUsd: '10', reference: 'a' });
      const correct = (amountUsd: string, more = {}) =>
        call('POST', path(), { amountUsd, reference: `fix ${amountUsd}`, ...more });
      expect((await correct('-1')).status).toBe(422);
      spend('6000000000000', '1000000000000');
      expect((await correct('-3')).status).toBe(201);
      const refused = await correct('-0.01');
      expect(refused.status).toBe(422);
      expect(refused.body.detail).toMatch(/allowBelowSpent/);
      expect((await correct('-6', { allowBelowSpent: true })).status).toBe(201);
      const listed = await call('GET', path());
      expect(listed.body).toMatchObject({ grantedUsd: '1', spentUsd: '6' });
    });

    it('stand in a ledger that nobody changes', async () => {
      await call('POST', path(), { amountUsd: '10', reference: 'a' });
      const client = new pg.Client({ connectionString: stack.postgresUrl() });
      await client.connect();
      for (const statement of [
        'update control_plane.credits set amount_usd = 5',
        'delete from control_plane.credits',
      ])
        await expect(client.query(statement)).rejects.toThrow('never changed');
      await client.end();
    });

    it('are refused where they say nothing', async () => {
      for (const body of [
        { amountUsd: 0, reference: 'a' },
        { amountUsd: '1e3', reference: 'a' },
        { amountUsd: 1 },
      ])
        expect((await call('POST', path(), body)).status).toBe(400);
      const nowhere = '/api/v1/organizations/org_00000000000000000000000000/credits';
      expect((await call('POST', nowhere, { amountUsd: 1, reference: 'a' })).status).toBe(404);
    });
  });
});
