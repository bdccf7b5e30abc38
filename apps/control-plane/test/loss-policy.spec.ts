import { compiledConnection, configKeys } from '@tollgate/contracts';
import { makeShop } from './make-shop.ts';
import { useControlPlane } from './use-control-plane.ts';

describe('the rule of a connection for what its provider cannot express', () => {
  const { call, writer } = useControlPlane();
  const published = (id: string) =>
    compiledConnection.parse(JSON.parse(writer.entries.get(configKeys.connection(id)) ?? 'null'));

  it('is kept beside the rest of its config, and published with it', async () => {
    const { aiProviderId } = await makeShop(call);
    const path = `/api/v1/ai-providers/${aiProviderId}`;
    expect(published(aiProviderId).config).toEqual({});
    for (const config of [{ lossPolicy: 'strict', region: 'x' }, { lossPolicy: 'lenient' }]) {
      const patched = await call('PATCH', path, { config });
      expect(patched.status).toBe(200);
      expect(patched.body.config).toEqual(config);
      expect(published(aiProviderId).config).toEqual(config);
    }
  });

  it('is refused by name when it is another word', async () => {
    const { aiProviderId } = await makeShop(call);
    const answer = await call('PATCH', `/api/v1/ai-providers/${aiProviderId}`, {
      config: { lossPolicy: 'careless' },
    });
    expect(answer.status).toBe(400);
    expect(answer.body.errors.map((error: { field: string }) => error.field)).toEqual([
      'config.lossPolicy',
    ]);
  });

  it('stands in the description of the API', async () => {
    const { body } = await call('GET', '/openapi.json');
    const input =
      body.paths['/api/v1/ai-providers'].post.requestBody.content['application/json'].schema;
    expect(JSON.stringify(input.properties.config)).toContain('"enum":["strict","lenient"]');
  });
});
