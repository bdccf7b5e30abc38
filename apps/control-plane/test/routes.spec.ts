import { compiledRoute, configKeys, keyPolicy, type CompiledRoute } from '@tollgate/contracts';
import { hashKey } from '@tollgate/secrets';
import { makeShop } from './make-shop.ts';
import { useControlPlane } from './use-control-plane.ts';

describe('routes', () => {
  const { call, writer, bus } = useControlPlane();
  const compiled = (routeId: string): CompiledRoute =>
    compiledRoute.parse(JSON.parse(writer.entries.get(configKeys.route(routeId)) ?? 'null'));

  it('keep the published version while the draft is edited, and go back to an older one', async () => {
    const shop = await makeShop(call);
    const path = `/api/v1/routes/${shop.routeId}`;
    await call('PATCH', path, {
      strategy: 'weighted',
      targets: [{ aiProviderId: shop.aiProviderId, model: 'm-2', weight: 3 }],
      timeouts: { totalMs: 5000 },
    });
    expect(compiled(shop.routeId)).toMatchObject({ version: 1, strategy: 'priority' });
    const second = await call('POST', `${path}/publish`, {});
    expect(second.body.publishedVersion).toBe(2);
    expect(compiled(shop.routeId)).toMatchObject({
      version: 2,
      strategy: 'weighted',
      targets: [{ model: 'm-2', weight: 3 }],
      timeouts: { totalMs: 5000, connectMs: 5000 },
    });
    const back = await call('POST', `${path}/publish`, { version: 1 });
    expect(back.body.publishedVersion).toBe(1);
    expect(compiled(shop.routeId)).toMatchObject({ version: 1, targets: [{ model: 'm-1' }] });
    const versions = await call('GET', `${path}/versions`);
    expect(
      versions.body.data.map((one: { version: number; current: boolean }) => [
        one.version,
        one.current,
      ]),
    ).toEqual([
      [1, true],
      [2, false],
    ]);
    expect((await call('POST', `${path}/publish`, { version: 9 })).status).toBe(404);
  });

  it('let cut streams go on at the next candidate where they say so', async () => {
    const shop = await makeShop(call);
    const path = `/api/v1/routes/${shop.routeId}`;
    expect(compiled(shop.routeId).continueOnCut).toBe(false);
    const patched = await call('PATCH', path, { continueOnCut: true });
    expect(patched.body.continueOnCut).toBe(true);
    await call('POST', `${path}/publish`);
    expect(compiled(shop.routeId).continueOnCut).toBe(true);
    expect((await call('PATCH', path, { continueOnCut: 1 })).status).toBe(400);
  });

  it('follow their connections', async () => {
    const shop = await makeShop(call);
    await call('PATCH', `/api/v1/ai-providers/${shop.aiProviderId}`, {
      enabled: false,
      models: [{ name: 'm-1', contextWindow: 5, price: { inputPerMTok: 1, outputPerMTok: '2.5' } }],
    });
    expect(compiled(shop.routeId)).toMatchObject({
      targets: [
        {
          enabled: false,
          contextWindow: 5,
          price: { inputPerMTok: '1', outputPerMTok: '2.5' },
        },
      ],
      otherModels: [],
    });
  });

  it('take a thousand targets, and not one more', async () => {
    const shop = await makeShop(call);
    const target = {
      aiProviderId: shop.aiProviderId,
      model: 'm-1',
      capabilities: ['text', 'tools'],
    };
    const path = `/api/v1/routes/${shop.routeId}`;
    const patched = await call('PATCH', path, { targets: Array(1000).fill(target) });
    expect(patched.status).toBe(200);
    expect((await call('POST', `${path}/publish`)).status).toBe(200);
    expect(compiled(shop.routeId).targets).toHaveLength(1000);
    expect((await call('PATCH', path, { targets: Array(1001).fill(target) })).status).toBe(400);
  });

  it('are refused when they would fit into no message, and the former version stays in force', async () => {
    const shop = await makeShop(call);
    const path = `/api/v1/routes/${shop.routeId}`;
    const target = { aiProviderId: shop.aiProviderId, model: '字'.repeat(200), weight: 1 };
    const capabilities = ['text', 'vision', 'audio', 'video', 'documents', 'tools', 'json_schema'];
    await call('PATCH', path, { targets: Array(1000).fill({ ...target, capabilities }) });
    const publishing = await call('POST', `${path}/publish`);
    expect(publishing.status).toBe(422);
    expect(publishing.body.errors[0].field).toBe('targets');
    expect((await call('GET', path)).body.publishedVersion).toBe(1);
    expect(compiled(shop.routeId).version).toBe(1);
  });

  it('are known to keys by name from their first publishing on', async () => {
    const shop = await makeShop(call);
    const draft = await call('POST', '/api/v1/routes', {
      projectId: shop.projectId,
      name: 'cheap',
      targets: [{ aiProviderId: shop.aiProviderId, model: 'm-2' }],
    });
    const key = await call('POST', '/api/v1/keys', {
      projectId: shop.projectId,
      routeId: draft.body.id,
      name: 'k',
    });
    const policy = () =>
      keyPolicy.parse(
        JSON.parse(writer.entries.get(configKeys.keyPolicy(hashKey(key.body.key))) ?? 'null'),
      );
    expect(policy()).toMatchObject({ routeId: null, routesByName: { default: shop.routeId } });
    await call('POST', `/api/v1/routes/${draft.body.id}/publish`);
    expect(policy()).toMatchObject({
      routeId: draft.body.id,
      routesByName: { default: shop.routeId, cheap: draft.body.id },
    });
  });

  it('are simulated by routing itself', async () => {
    const shop = await makeShop(call);
    const path = `/api/v1/routes/${shop.routeId}/simulate`;
    expect((await call('POST', path, {})).status).toBe(503);
    bus.answers.set('tollgate.routing.plan.v1', { outcome: 'exhausted', excluded: [] });
    const answer = await call('POST', path, { model: 'm-1', capabilities: ['text', 'vision'] });
    expect(answer.body).toEqual({ outcome: 'exhausted', excluded: [] });
    expect(bus.questions.at(-1)?.question).toMatchObject({
      organizationId: shop.organizationId,
      routeId: shop.routeId,
      profileClass: { modelAsked: 'm-1', capabilities: ['text', 'vision'] },
      needsPlatformPrice: false,
    });
    // What credits pay for must have a price, as for a request.
    await call('POST', `/api/v1/organizations/${shop.organizationId}/credits`, {
      amountUsd: 1,
      reference: 'a',
    });
    await call('POST', path, {});
    expect(bus.questions.at(-1)?.question).toMatchObject({ needsPlatformPrice: true });
  });
});
