import { configKeys, type KeyPolicy, keyPolicy } from '@tollgate/contracts';
import { hashKey } from '@tollgate/secrets';
import { makeShop, type Shop } from './make-shop.ts';
import { useControlPlane } from './use-control-plane.ts';

describe('keys', () => {
  const { call, writer } = useControlPlane();
  const policyOf = (text: string): KeyPolicy | null => {
    const value = writer.entries.get(configKeys.keyPolicy(hashKey(text)));
    return value === undefined ? null : keyPolicy.parse(JSON.parse(value));
  };
  let shop: Shop;
  beforeAll(async () => {
    shop = await makeShop(call);
  });
  const create = (fields: object) =>
    call('POST', '/api/v1/keys', { projectId: shop.projectId, routeId: shop.routeId, ...fields });

  it('show their text once, and keep their budgets when they are given a new one', async () => {
    const budgets = [{ metric: 'tokens', window: 'day', limit: 1000 }];
    const made = await create({ name: 'rotated', budgets });
    const read = await call('GET', `/api/v1/keys/${made.body.id}`);
    expect(read.body.key).toBeUndefined();
    expect(JSON.stringify(read.body)).not.toContain(hashKey(made.body.key));
    const before = policyOf(made.body.key);
    const rotated = await call('POST', `/api/v1/keys/${made.body.id}/rotate`);
    expect(rotated.status).toBe(200);
    expect(rotated.body.key).not.toBe(made.body.key);
    expect(policyOf(made.body.key)).toBeNull();
    expect(policyOf(rotated.body.key)?.quotas).toEqual(before?.quotas);
    const raised = await call('PATCH', `/api/v1/keys/${made.body.id}`, {
      budgets: [{ metric: 'tokens', window: 'day', limit: 2000 }],
    });
    expect(raised.status).toBe(200);
    const after = policyOf(rotated.body.key)?.quotas[0];
    expect(after).toMatchObject({ limit: '2000', quotaId: before?.quotas[0]?.quotaId });
  });

  it('are limited in the calls that they have open at once, in both spellings', async () => {
    const made = await create({
      name: 'narrow',
      maxConcurrency: 3,
      budgets: [{ metric: 'concurrency', limit: 8, hard: false }],
    });
    expect(made.body.budgets).toMatchObject([
      { metric: 'concurrency', window: null, limit: '8', currency: null, hard: false },
    ]);
    const policy = policyOf(made.body.key);
    expect(policy?.quotas).toEqual([]);
    expect(policy?.slotQuotas).toMatchObject([
      { scope: 'key', scopeId: made.body.id, limit: 8, hard: false },
      { scope: 'key', scopeId: made.body.id, limit: 3, hard: true },
    ]);
    await call('PATCH', `/api/v1/keys/${made.body.id}`, { maxConcurrency: null, budgets: [] });
    expect(policyOf(made.body.key)?.slotQuotas).toEqual([]);
  });

  it.each([
    ['window', { metric: 'concurrency', limit: 8, window: 'day' }],
    ['limit', { metric: 'concurrency', limit: 0 }],
    ['limit', { metric: 'concurrency', limit: '1.5' }],
    ['limit', { metric: 'concurrency', limit: 2_147_483_648 }],
    ['alertPct', { metric: 'concurrency', limit: 8, alertPct: [80] }],
    ['currency', { metric: 'concurrency', limit: 8, currency: 'EUR' }],
    ['window', { metric: 'requests', limit: 8 }],
    ['alertPct', { metric: 'tokens', window: 'minute', limit: 8, alertPct: [80] }],
    ['scope', { metric: 'tokens', window: 'day', limit: 8, scope: 'team' }],
    ['tag', { metric: 'tokens', window: 'day', limit: 8, scope: 'tag' }],
    ['tag', { metric: 'tokens', window: 'day', limit: 8, scope: 'model', tag: 'team' }],
    ['match', { metric: 'tokens', window: 'day', limit: 8, match: 'alice' }],
  ])('refuse a budget for its %s: %j', async (field, budget) => {
    const refused = await call('POST', '/api/v1/keys', {
      projectId: shop.projectId,
      name: 'wrong',
      budgets: [budget],
    });
    expect(refused.status).toBe(400);
    expect(JSON.stringify(refused.body)).toContain(`budgets.0.${field}`);
  });

  it('limit end users, tags, providers and models', async () => {
    const perDay = { metric: 'requests', window: 'day', limit: 5 };
    const made = await create({
      name: 'selecting',
      budgets: [
        { ...perDay, scope: 'end_user' },
        { ...perDay, scope: 'tag', tag: 'team', match: 'search' },
        { metric: 'concurrency', limit: 2, scope: 'model', match: 'gpt-5' },
        { ...perDay, scope: null, tag: null, match: null },
      ],
    });
    expect(made.status).toBe(201);
    expect(made.body.budgets).toMatchObject([
      { scope: 'end_user', match: null },
      { scope: 'tag', tag: 'team', match: 'search' },
      { scope: 'model', match: 'gpt-5', window: null },
      { metric: 'requests' },
    ]);
    expect(made.body.budgets[3]).not.toHaveProperty('scope');
    expect(policyOf(made.body.key)).toMatchObject({
      quotas: [{ scope: 'key', limit: '5' }],
      requestQuotas: [
        { scope: 'key', selector: { by: 'end_user', match: null } },
        { scope: 'key', selector: { by: 'tag', tag: 'team', match: 'search' } },
      ],
      requestSlotQuotas: [{ limit: 2, selector: { by: 'model', match: 'gpt-5' } }],
    });
    const shown = await call('GET', `/api/v1/keys/${made.body.id}`);
    const saved = await call('PATCH', `/api/v1/keys/${made.body.id}`, {
      budgets: shown.body.budgets,
    });
    expect(saved.status).toBe(200);
    expect(saved.body.budgets).toEqual(made.body.budgets);
  });

  it("may let requests bring a provider's key, which they may not unless told so", async () => {
    const made = await create({ name: 'bringing' });
    expect(made.body.allowProviderKeys).toBe(false);
    expect(policyOf(made.body.key)?.allowProviderKeys).toBe(false);
    const path = `/api/v1/keys/${made.body.id}`;
    const patched = await call('PATCH', path, { allowProviderKeys: true });
    expect(patched.body.allowProviderKeys).toBe(true);
    expect(policyOf(made.body.key)?.allowProviderKeys).toBe(true);
    expect((await call('PATCH', path, { allowProviderKeys: 'yes' })).status).toBe(400);
  });

  it('are revoked for good, and gone once deleted', async () => {
    const made = await create({ name: 'revoked' });
    const revoked = await call('POST', `/api/v1/keys/${made.body.id}/revoke`);
    expect(revoked.body.status).toBe('revoked');
    expect(revoked.headers.get('x-tollgate-published')).toBe('true');
    expect(policyOf(made.body.key)?.status).toBe('revoked');
    expect((await call('POST', `/api/v1/keys/${made.body.id}/rotate`)).status).toBe(409);
    expect((await call('DELETE', `/api/v1/keys/${made.body.id}`)).status).toBe(204);
    expect(policyOf(made.body.key)).toBeNull();
  });

  it('take the configuration block of other gateways as it stands', async () => {
    const block = {
      name: 'Production backend',
      rate_limit: 120,
      routing_strategy: 'balanced',
      model_allowlist: ['gpt-4o', 'claude-3-5-sonnet'],
      budget_monthly_eur: 250,
      budget_alert_pct: 80,
    };
    const refused = await create(block);
    expect(refused.status).toBe(422);
    expect(refused.body.errors[0].field).toBe('budgetMonthlyEur');
    expect(refused.body.detail).toContain('exchange rate for EUR');

    expect((await call('PUT', '/api/v1/exchange-rates/EUR', { usdPerUnit: '1.08' })).status).toBe(
      200,
    );
    const made = await create(block);
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({ rateLimit: 120, budgetMonthlyEur: 250, budgetAlertPct: 80 });
    expect(policyOf(made.body.key)).toMatchObject({
      routingStrategy: 'balanced',
      modelAllowlist: ['gpt-4o', 'claude-3-5-sonnet'],
      quotas: [
        { metric: 'requests', window: 'minute', limit: '120', hard: true },
        {
          metric: 'cost',
          window: 'month',
          limit: '250000000000000',
          currency: 'EUR',
          usdPerUnit: '1.08',
          hard: true,
          alertPct: [80],
        },
      ],
    });
    await call('PUT', '/api/v1/exchange-rates/EUR', { usdPerUnit: 1.2 });
    expect(policyOf(made.body.key)?.quotas[1]?.usdPerUnit).toBe('1.2');
  });

  it('carry the budgets of their project and organization', async () => {
    const made = await create({ name: 'owned', rateLimit: 5 });
    const budgets = [{ metric: 'requests', window: 'day', limit: 7 }];
    await call('PATCH', `/api/v1/organizations/${shop.organizationId}`, { budgets });
    await call('PATCH', `/api/v1/projects/${shop.projectId}`, { budgets, payloadCapture: 'full' });
    const policy = policyOf(made.body.key);
    expect(policy?.quotas.map(({ scope }) => scope)).toEqual(['organization', 'project', 'key']);
    expect(new Set(policy?.quotas.map(({ quotaId }) => quotaId)).size).toBe(3);
    expect(policy?.payloadCapture).toBe('full');
  });
});
