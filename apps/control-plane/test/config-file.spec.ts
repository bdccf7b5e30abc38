import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { useControlPlane } from './use-control-plane.ts';

const FILE = `
organizations:
  - name: acme
projects:
  - { organization: acme, name: shop }
secrets:
  - { project: shop, name: openai, fromEnv: PROVIDER_KEY }
  - { project: shop, name: groq, fromFile: keys/groq.txt }
aiProviders:
  - { project: shop, name: openai, provider: openai, secret: openai, models: [{ name: gpt-4o }] }
routes:
  - { project: shop, name: main, targets: [{ aiProvider: openai, model: gpt-4o }] }
keys:
  - { project: shop, name: backend, route: main }
`;
const SENT = { variables: { PROVIDER_KEY: 'sk-sent' }, files: { 'keys/groq.txt': 'gsk-sent\n' } };

describe('POST /api/v1/config-file', () => {
  const { call, running, start } = useControlPlane({ environment: { OWN_VARIABLE: 'sk-own' } });
  const post = (body: unknown) => call('POST', '/api/v1/config-file', body);

  it('applies a file and tells what it made, and then what it changed', async () => {
    const first = await post({ text: FILE, ...SENT });
    expect(first.status).toBe(200);
    const made = first.body.created.map((one: { section: string; name: string }) =>
      [one.section, one.name].join(' '),
    );
    expect(made).toEqual([
      'organizations acme',
      'projects shop',
      'secrets openai',
      'secrets groq',
      'aiProviders openai',
      'routes main',
      'keys backend',
    ]);
    expect(first.body.changed).toEqual([]);
    expect(first.body.createdKeys).toMatchObject([{ project: 'shop', name: 'backend' }]);
    expect(first.headers.get('x-tollgate-published')).toBe('true');

    const again = await post({ text: FILE, ...SENT });
    expect(again.body).toEqual({ created: [], changed: [], createdKeys: [] });

    const weighted = FILE.replace('model: gpt-4o }]', 'model: gpt-4o, weight: 2 }]');
    const variables = { PROVIDER_KEY: 'sk-another' };
    const changed = await post({ text: weighted, ...SENT, variables });
    expect(changed.body).toEqual({
      created: [],
      changed: [
        { section: 'secrets', name: 'openai', project: 'shop' },
        { section: 'routes', name: 'main', project: 'shop' },
      ],
      createdKeys: [],
    });
  });

  it('names each place that is wrong, and changes nothing', async () => {
    const text = `organizations:\n  - name: other\n    colour: red\n  - name: 5\n`;
    const answer = await post({ text });
    expect(answer.status).toBe(422);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(answer.body).toMatchObject({
      code: 'config_file_invalid',
      errors: [
        { line: 3, column: 5, field: 'organizations.0.colour' },
        { line: 4, column: 5, field: 'organizations.1.name' },
      ],
    });
    const broken = await post({ text: 'organizations: [' });
    expect([broken.status, broken.body.errors[0].line]).toEqual([422, 1]);
    const recursive =
      'aiProviders: [{ project: shop, name: a, provider: custom, config: &c { x: *c } }]';
    expect((await post({ text: recursive })).status).toBe(422);
    const organizations = await call('GET', '/api/v1/organizations');
    expect(organizations.body.data.map(({ name }: { name: string }) => name)).toEqual(['acme']);
  });

  it.each([
    ['fromEnv: OWN_VARIABLE', 'secrets.0.fromEnv'],
    ['fromEnv: constructor', 'secrets.0.fromEnv'],
    ['fromFile: /etc/hostname', 'secrets.0.fromFile'],
  ])('reads neither its own environment nor its own files (%s)', async (reference, field) => {
    const text = `secrets:\n  - { project: shop, name: stolen, ${reference} }\n`;
    expect(await post({ text })).toMatchObject({ status: 422, body: { errors: [{ field }] } });
  });

  it('is for the admin alone, and bounded', async () => {
    const response = await fetch(`${running().url}/api/v1/config-file`, { method: 'POST' });
    expect(response.status).toBe(401);
    expect((await post({ text: '#'.repeat(1_048_577) })).status).toBe(400);
    expect((await post({ text: '#'.repeat(3_000_000) })).status).toBe(413);
    expect((await post({})).status).toBe(400);
  });

  it('has a sister at start: several files are applied in order', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'tollgate-files-'));
    const write = (name: string, text: string): string => {
      writeFileSync(path.join(folder, name), text);
      return path.join(folder, name);
    };
    const files = [
      write('first.yaml', 'organizations: [{ name: layered }]'),
      write('second.yaml', 'projects: [{ organization: layered, name: on-top }]'),
    ];
    try {
      const other = await start({ TOLLGATE_CONFIG_FILE: files.join(path.delimiter) });
      await other.stop();
    } finally {
      rmSync(folder, { recursive: true });
    }
    const projects = await call('GET', '/api/v1/projects');
    expect(projects.body.data.map(({ name }: { name: string }) => name)).toContain('on-top');
  });
});
