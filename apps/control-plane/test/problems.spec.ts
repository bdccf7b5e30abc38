import { makeShop } from './make-shop.ts';
import { ADMIN_TOKEN, useControlPlane } from './use-control-plane.ts';

describe('a request that is not right', () => {
  const { call, running } = useControlPlane();

  it('is answered with problem details that name every field', async () => {
    const answer = await call('POST', '/api/v1/keys', {
      projectId: 'prj_x',
      name: '',
      colour: 'blue',
      budgets: [{ metric: 'cost', window: 'month', limit: 5, limits: 5 }],
    });
    expect(answer.status).toBe(400);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(answer.body).toMatchObject({ status: 400, code: 'validation_error' });
    const fields = answer.body.errors.map((error: { field: string }) => error.field);
    expect(fields.sort()).toEqual(['budgets.0.limits', 'colour', 'name']);
  });

  it('is a 404 for an id that nobody has, and for a path that is none', async () => {
    for (const path of ['organizations', 'projects', 'secrets', 'ai-providers', 'routes', 'keys']) {
      const answer = await call('GET', `/api/v1/${path}/xyz`);
      expect(answer.status).toBe(404);
      expect(answer.body.code).toBe('not_found');
      expect((await call('DELETE', `/api/v1/${path}/xyz`)).status).toBe(404);
    }
    const nowhere = await call('GET', '/api/v1/nothing');
    expect(nowhere.status).toBe(404);
    expect(nowhere.headers.get('content-type')).toContain('application/problem+json');
  });

  it.each([
    ['{"name": ', 400, /not valid JSON/],
    ['{"name":"a","__proto__":{"x":1}}', 400, /not allowed: \"__proto__\"/],
    ['{"name":"a","name":"b"}', 400, /stands twice in the body: \"name\"/],
    [`{"name":"${'x'.repeat(3_000_000)}"}`, 413, /too large/],
    ['"text"', 400, /must be a JSON object/],
    [`{"name":${'['.repeat(100_000)}`, 400, /nested deeper than 128 levels/],
  ])('is refused when its body is %.20s, saying why', async (body, expected, why) => {
    const response = await fetch(`${running().url}/api/v1/organizations`, {
      method: 'POST',
      headers: { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'application/json' },
      body,
    });
    expect(response.status).toBe(expected);
    expect(response.headers.get('content-type')).toContain('application/problem+json');
    expect(((await response.json()) as { detail: string }).detail).toMatch(why);
  });

  it('is a conflict when the name is taken, or what is deleted is in use, saying by what', async () => {
    const shop = await makeShop(call);
    const again = await call('POST', '/api/v1/ai-providers', {
      projectId: shop.projectId,
      name: 'simulated',
      provider: 'openai',
    });
    expect(again.status).toBe(409);
    const key = await call('POST', '/api/v1/keys', { ...shopKey(shop), name: 'user' });
    const inUse = [
      [`/api/v1/organizations/${shop.organizationId}`, shop.projectId],
      [`/api/v1/projects/${shop.projectId}`, key.body.id],
      [`/api/v1/ai-providers/${shop.aiProviderId}`, shop.routeId],
      [`/api/v1/routes/${shop.routeId}`, key.body.id],
    ];
    for (const [path, user] of inUse) {
      const answer = await call('DELETE', path ?? '');
      expect(answer.status).toBe(409);
      expect(answer.body.detail).toContain(user);
    }
  });

  it('cannot reach into another project', async () => {
    const [mine, other] = [await makeShop(call), await makeShop(call)];
    const key = await call('POST', '/api/v1/keys', {
      projectId: mine.projectId,
      routeId: other.routeId,
      name: 'thief',
    });
    expect(key.status).toBe(422);
    expect(key.body.errors[0].field).toBe('routeId');
    const route = await call('PATCH', `/api/v1/routes/${mine.routeId}`, {
      targets: [
        { aiProviderId: mine.aiProviderId, model: 'm-1' },
        { aiProviderId: other.aiProviderId, model: 'm-1' },
      ],
    });
    expect(route.status).toBe(422);
    expect(route.body.errors[0].field).toBe('targets.1.aiProviderId');
    const secret = await call('POST', '/api/v1/secrets', {
      projectId: other.projectId,
      name: 'theirs',
      value: 'sk-theirs',
    });
    const provider = await call('PATCH', `/api/v1/ai-providers/${mine.aiProviderId}`, {
      secretId: secret.body.id,
    });
    expect(provider.status).toBe(422);
  });

  it('pages through lists without a gap or a double', async () => {
    const shop = await makeShop(call);
    for (let index = 0; index < 7; index++) {
      await call('POST', '/api/v1/keys', { ...shopKey(shop), name: `k-${index}` });
    }
    const names: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page = await call(
        'GET',
        `/api/v1/keys?projectId=${shop.projectId}&limit=3${cursor ? `&cursor=${cursor}` : ''}`,
      );
      expect(page.status).toBe(200);
      names.push(...page.body.data.map((key: { name: string }) => key.name));
      cursor = page.body.nextCursor;
    }
    expect(names).toEqual(['k-0', 'k-1', 'k-2', 'k-3', 'k-4', 'k-5', 'k-6']);
    expect((await call('GET', '/api/v1/keys?cursor=nonsense')).status).toBe(400);
    expect((await call('GET', '/api/v1/keys?page=2')).status).toBe(400);
  });
});

const shopKey = (shop: { projectId: string; routeId: string }) => ({
  projectId: shop.projectId,
  routeId: shop.routeId,
});
