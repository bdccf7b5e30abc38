import { OUTBOUND_TRICKS, trickUrl } from '@tollgate/test-harness';
import { requireDialable } from '../src/ai-providers/check-base-url.ts';
import { useControlPlane } from './use-control-plane.ts';

const REFUSED = { code: 'unprocessable', errors: [{ field: 'baseUrl' }] };

describe('the base URL of a connection', () => {
  const plane = useControlPlane({ settings: { TOLLGATE_ALLOW_PRIVATE_UPSTREAMS: 'false' } });
  let projectId = '';
  let aiProviderId = '';

  beforeAll(async () => {
    const organization = await plane.call('POST', '/api/v1/organizations', { name: 'acme' });
    const project = await plane.call('POST', '/api/v1/projects', {
      organizationId: organization.body.id,
      name: 'shop',
    });
    projectId = project.body.id;
    const made = await create('custom', 'https://93.184.216.34/v1');
    expect(made.status).toBe(201);
    aiProviderId = made.body.id;
  });

  const create = (name: string, baseUrl: string) =>
    plane.call('POST', '/api/v1/ai-providers', { projectId, name, provider: 'custom', baseUrl });

  it.each(OUTBOUND_TRICKS)('is refused when it is written as $name', async (trick) => {
    const baseUrl = trickUrl(trick, 8080);
    expect((await create('inside', baseUrl)).body).toMatchObject(REFUSED);
    const patched = await plane.call('PATCH', `/api/v1/ai-providers/${aiProviderId}`, { baseUrl });
    expect(patched.body).toMatchObject(REFUSED);
  });

  it('is refused in a config file, too', async () => {
    const applied = await plane.running().apply(`
aiProviders:
  - { project: shop, name: inside, provider: custom, baseUrl: 'http://169.254.169.254/' }
`);
    expect(applied.ok).toBe(false);
    if (!applied.ok) expect(applied.failure[0]?.message).toContain('may not be called');
  });

  it('is refused when its name resolves inside, and passes when it does not resolve', async () => {
    const answering =
      (...addresses: string[]) =>
      (
        _host: string,
        _options: unknown,
        callback: (error: null, all: { address: string; family: number }[]) => void,
      ) =>
        callback(
          null,
          addresses.map((address) => ({ address, family: 4 })),
        );
    const check = (...addresses: string[]) =>
      requireDialable('https://models.example', { allowPrivate: false }, answering(...addresses));
    await expect(check('10.0.0.8')).rejects.toThrow('may not be called');
    await expect(check('93.184.216.34')).resolves.toBeUndefined();
    await expect(check()).resolves.toBeUndefined();
  });

  it('stands in the way of no other change', async () => {
    const path = `/api/v1/ai-providers/${aiProviderId}`;
    expect((await plane.call('PATCH', path, { enabled: false })).status).toBe(200);
  });
});
