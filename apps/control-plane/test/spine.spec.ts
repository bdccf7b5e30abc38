import {
  compiledConnection,
  compiledRoute,
  configKeys,
  keyPolicy,
  projectModels,
} from '@tollgate/contracts';
import { hashKey } from '@tollgate/secrets';
import { useControlPlane } from './use-control-plane.ts';

describe('the way from an organization to a key that works', () => {
  const { call, writer } = useControlPlane();
  const document = (key: string): unknown => JSON.parse(writer.entries.get(key) ?? 'null');

  it('reaches the config bucket as compiled documents', async () => {
    const organization = await call('POST', '/api/v1/organizations', { name: 'acme' });
    expect(organization.status).toBe(201);
    const project = await call('POST', '/api/v1/projects', {
      organizationId: organization.body.id,
      name: 'shop',
    });
    const secret = await call('POST', '/api/v1/secrets', {
      projectId: project.body.id,
      name: 'openai',
      value: 'sk-very-secret',
    });
    expect(JSON.stringify(secret.body)).not.toContain('sk-very-secret');
    const provider = await call('POST', '/api/v1/ai-providers', {
      projectId: project.body.id,
      secretId: secret.body.id,
      name: 'openai',
      provider: 'openai',
      models: [
        {
          name: 'gpt-4o',
          capabilities: ['text', 'tools'],
          contextWindow: 128000,
          maxOutputTokens: 16384,
          price: { inputPerMTok: '2.5', outputPerMTok: 10 },
        },
        { name: 'gpt-4o-mini' },
      ],
    });
    expect(provider.body).toMatchObject({ baseUrl: null, enabled: true, access: 'byok' });
    const route = await call('POST', '/api/v1/routes', {
      projectId: project.body.id,
      name: 'default',
      strategy: 'priority',
      targets: [{ aiProviderId: provider.body.id, model: 'gpt-4o', priority: 1 }],
    });
    expect(route.status).toBe(201);
    expect(document(configKeys.route(route.body.id))).toBeNull();
    const published = await call('POST', `/api/v1/routes/${route.body.id}/publish`, {});
    expect(published.status).toBe(200);
    expect(published.body.publishedVersion).toBe(1);
    expect(published.headers.get('x-tollgate-published')).toBe('true');
    const key = await call('POST', '/api/v1/keys', {
      projectId: project.body.id,
      routeId: route.body.id,
      name: 'backend',
      rateLimit: 120,
    });
    expect(key.status).toBe(201);
    expect(key.body.key).toMatch(/^tg_live_[0-9A-Za-z]{32,}$/);
    expect(key.headers.get('x-tollgate-published')).toBe('true');

    const policy = keyPolicy.parse(document(configKeys.keyPolicy(hashKey(key.body.key))));
    expect(policy).toMatchObject({
      keyId: key.body.id,
      status: 'active',
      routeId: route.body.id,
      routesByName: { default: route.body.id },
      quotas: [{ metric: 'requests', window: 'minute', limit: '120', hard: true, scope: 'key' }],
    });
    const compiled = compiledRoute.parse(document(configKeys.route(route.body.id)));
    expect(compiled).toMatchObject({
      version: 1,
      targets: [
        {
          model: 'gpt-4o',
          capabilities: ['text', 'tools'],
          price: { inputPerMTok: '2.5', outputPerMTok: '10' },
        },
      ],
      otherModels: [{ model: 'gpt-4o-mini', capabilities: null }],
    });
    const connection = compiledConnection.parse(document(configKeys.connection(provider.body.id)));
    expect(connection).toMatchObject({
      baseUrl: 'https://api.openai.com/v1',
      credential: { v: 1, secretId: secret.body.id, organizationId: organization.body.id },
    });
    expect(JSON.stringify(connection)).not.toContain('sk-very-secret');
    const models = projectModels.parse(document(configKeys.projectModels(project.body.id)));
    expect(models.models.map(({ name }) => name)).toEqual(['gpt-4o', 'gpt-4o-mini']);
    expect(models.routes.map(({ name }) => name)).toEqual(['default']);
  });
});
