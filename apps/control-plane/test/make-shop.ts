import type { Answer, Call } from './use-control-plane.ts';

/** An organization with a project, a connection and a published route. */
export interface Shop {
  readonly organizationId: string;
  readonly projectId: string;
  readonly aiProviderId: string;
  readonly routeId: string;
}

let shops = 0;

export async function makeShop(call: Call): Promise<Shop> {
  const name = `shop-${process.pid}-${shops++}`;
  const organizationId = await idOf(call('POST', '/api/v1/organizations', { name }));
  const projectId = await idOf(call('POST', '/api/v1/projects', { organizationId, name }));
  const aiProviderId = await idOf(
    call('POST', '/api/v1/ai-providers', {
      projectId,
      name: 'simulated',
      provider: 'custom',
      baseUrl: 'http://127.0.0.1:4010/v1/',
      models: [{ name: 'm-1' }, { name: 'm-2' }],
    }),
  );
  const routeId = await idOf(
    call('POST', '/api/v1/routes', {
      projectId,
      name: 'default',
      targets: [{ aiProviderId, model: 'm-1' }],
    }),
  );
  const published = await call('POST', `/api/v1/routes/${routeId}/publish`);
  expect(published.status).toBe(200);
  return { organizationId, projectId, aiProviderId, routeId };
}

async function idOf(answer: Promise<Answer>): Promise<string> {
  const { status, body } = await answer;
  expect({ status, body }).toMatchObject({ status: 201 });
  return body.id;
}
