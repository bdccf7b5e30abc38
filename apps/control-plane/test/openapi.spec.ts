import { readFileSync } from 'node:fs';
import path from 'node:path';
import { EVENT_TYPES, OMITTED_EVENT, TEST_EVENT } from '../src/webhooks/event-types.ts';
import { useControlPlane } from './use-control-plane.ts';

interface WebhookOperation {
  readonly summary: string;
  readonly security: readonly object[];
  readonly parameters: readonly { readonly name: string }[];
  readonly requestBody: {
    readonly content: {
      readonly 'application/json': {
        readonly schema: {
          readonly required: readonly string[];
          readonly properties: {
            readonly type: { readonly const: string };
            readonly data: { readonly properties: object };
          };
        };
      };
    };
  };
}

describe('the description of the API', () => {
  const { call, running } = useControlPlane();

  it('is OpenAPI 3.1 of every endpoint, with the shapes that are validated', async () => {
    const { body } = await call('GET', '/openapi.json');
    expect(body.openapi).toBe('3.1.0');
    expect(Object.keys(body.paths).sort()).toMatchSnapshot();
    const key = body.paths['/api/v1/keys'].post;
    const input = key.requestBody.content['application/json'].schema;
    expect(input.properties.budgets.items.properties.metric.enum).toEqual([
      'cost',
      'tokens',
      'requests',
      'concurrency',
    ]);
    expect(input.additionalProperties).toBe(false);
    expect(key.responses['201'].content['application/json'].schema).toEqual({
      $ref: '#/components/schemas/NewKey',
    });
    expect(body.components.schemas.NewKey.required).toContain('key');
    expect(key.responses.default.content['application/problem+json']).toBeDefined();
    const list = body.paths['/api/v1/keys'].get;
    expect(list.parameters.map((one: { name: string }) => one.name).sort()).toEqual([
      'cursor',
      'limit',
      'projectId',
    ]);
    expect(list.responses['200'].content['application/json'].schema.properties.data.items).toEqual({
      $ref: '#/components/schemas/Key',
    });
  });

  it('tells what every message to a webhook is made of', async () => {
    const { body } = await call('GET', '/openapi.json');
    const subscribable = body.components.schemas.Webhook.properties.events.items.enum;
    expect(subscribable.toSorted()).toEqual([...EVENT_TYPES].sort());
    expect(Object.keys(body.webhooks).sort()).toEqual(
      [...subscribable, 'request.failed.omitted', 'webhook.test'].sort(),
    );
    for (const [type, { post }] of Object.entries<{ post: WebhookOperation }>(body.webhooks)) {
      const { schema } = post.requestBody.content['application/json'];
      expect(schema.properties.type.const).toBe(type);
      expect(schema.required).toEqual(['type', 'timestamp', 'data']);
      expect(Object.keys(schema.properties.data.properties).length).toBeGreaterThan(1);
      expect(post.summary.length).toBeGreaterThan(10);
      expect(post.security).toEqual([]);
      expect(post.parameters.map(({ name }) => name)).toContain('webhook-signature');
    }
  });

  it('agrees with the table of the README', () => {
    const readme = readFileSync(path.join(process.cwd(), 'README.md'), 'utf8');
    for (const type of [...EVENT_TYPES, TEST_EVENT, OMITTED_EVENT])
      expect(readme).toContain(`\`${type}\``);
  });

  it('refers to nothing that is not there', async () => {
    const { body } = await call('GET', '/openapi.json');
    const references = [...JSON.stringify(body).matchAll(/"\$ref":"([^"]+)"/g)].map(
      ([, ref]) => ref,
    );
    expect(references.length).toBeGreaterThan(10);
    const schemas = Object.keys(body.components.schemas).map((id) => `#/components/schemas/${id}`);
    for (const reference of new Set(references)) {
      expect(schemas).toContain(reference);
    }
  });

  it('can be read and tried in a browser', async () => {
    const page = await fetch(`${running().url}/docs`);
    expect(page.headers.get('content-type')).toContain('text/html');
    expect(await page.text()).toContain('swagger-ui');
    const script = await fetch(`${running().url}/docs/swagger-ui-bundle.js`);
    expect(script.status).toBe(200);
    expect((await script.arrayBuffer()).byteLength).toBeGreaterThan(100_000);
  });
});
