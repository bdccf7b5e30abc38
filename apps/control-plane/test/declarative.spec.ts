import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { compiledConnection, configKeys, keyPolicy } from '@tollgate/contracts';
import { hashKey } from '@tollgate/secrets';
import { useControlPlane } from './use-control-plane.ts';

const KEY_TEXT = `tg_live_${'a1B2'.repeat(10)}`;

const FILE = `
exchangeRates:
  EUR: "1.08"
organizations:
  - name: acme
projects:
  - organization: acme
    name: shop
secrets:
  - { project: shop, name: openai, fromEnv: SOME_PROVIDER_KEY }
aiProviders:
  - project: shop
    name: openai
    provider: openai
    secret: openai
    models:
      - name: gpt-4o
routes:
  - project: acme/shop
    name: default
    strategy: priority
    targets:
      - { aiProvider: openai, model: gpt-4o }
keys:
  - project: shop
    name: backend
    route: default
    textFromEnv: SOME_KEY
    budget_monthly_eur: 250
  - project: shop
    name: other
`;

describe('tollgate.yaml', () => {
  const handle = useControlPlane({
    environment: { SOME_PROVIDER_KEY: 'sk-from-env', SOME_KEY: KEY_TEXT },
  });
  const { call, writer } = handle;
  const apply = (text: string) => handle.running().apply(text);
  const revision = () => writer.published.at(-1)?.revision;

  it('brings everything that it names into being, and changes nothing when applied again', async () => {
    const applied = await apply(FILE);
    expect(applied).toMatchObject({ ok: true, value: { createdKeys: [{ name: 'other' }] } });
    const policy = keyPolicy.parse(
      JSON.parse(writer.entries.get(configKeys.keyPolicy(hashKey(KEY_TEXT))) ?? 'null'),
    );
    expect(policy).toMatchObject({
      name: 'backend',
      status: 'active',
      quotas: [{ currency: 'EUR' }],
    });
    expect(policy.routeId).not.toBeNull();
    const providers = await call('GET', '/api/v1/ai-providers');
    const id = providers.body.data[0].id;
    const connection = compiledConnection.parse(
      JSON.parse(writer.entries.get(configKeys.connection(id)) ?? 'null'),
    );
    expect(connection.credential).not.toBeNull();
    const before = revision();
    expect(await apply(FILE)).toEqual({
      ok: true,
      value: { created: [], changed: [], createdKeys: [] },
    });
    expect(revision()).toBe(before);
  });

  it('publishes a route whose targets it changes', async () => {
    const changed = FILE.replace('model: gpt-4o }', 'model: gpt-4o, weight: 2 }');
    expect((await apply(changed)).ok).toBe(true);
    const routes = await call('GET', '/api/v1/routes');
    expect(routes.body.data[0]).toMatchObject({ publishedVersion: 2, targets: [{ weight: 2 }] });
  });

  it('means its own project where another organization has one of that name', async () => {
    const other = await call('POST', '/api/v1/organizations', { name: 'other' });
    const twin = { organizationId: other.body.id, name: 'shop' };
    expect((await call('POST', '/api/v1/projects', twin)).status).toBe(201);
    expect((await apply(FILE)).ok).toBe(true);
    const withoutProjects = FILE.replace(/projects:\n.*\n.*\n/, '');
    expect(await apply(withoutProjects)).toMatchObject({
      ok: false,
      failure: [{ field: 'secrets.0.project' }],
    });
  });

  it('leaves a key revoked that an operator revoked', async () => {
    const keys = await call('GET', '/api/v1/keys');
    const backend = keys.body.data.find((key: { name: string }) => key.name === 'backend');
    await call('POST', `/api/v1/keys/${backend.id}/revoke`);
    expect((await apply(FILE)).ok).toBe(true);
    expect((await call('GET', `/api/v1/keys/${backend.id}`)).body.status).toBe('revoked');
  });

  it.each([
    [
      'an unknown field',
      'name: shop\n',
      'name: shop\n    colour: red\n',
      9,
      5,
      'projects.0.colour',
    ],
    ['a wrong value', 'strategy: priority', 'strategy: best', 21, 5, 'routes.0.strategy'],
    ['a missing field', '    provider: openai\n', '', 12, 5, 'aiProviders.0.provider'],
    ['a credential inline', 'fromEnv: SOME_PROVIDER_KEY', 'value: sk-1', 10, 36, 'secrets.0.value'],
    ['an unset variable', 'SOME_PROVIDER_KEY', 'UNSET', 10, 36, 'secrets.0.fromEnv'],
    [
      'an unknown name',
      'aiProvider: openai,',
      'aiProvider: opnai,',
      23,
      11,
      'routes.0.targets.0.aiProvider',
    ],
    [
      'a wrong number',
      'budget_monthly_eur: 250',
      'budget_monthly_eur: -1',
      29,
      5,
      'keys.0.budgetMonthlyEur',
    ],
    ['broken YAML', '  - name: acme', '  - name: [acme', 7, 1, ''],
  ])('with %s names its place and changes nothing', async (_, from, to, line, column, field) => {
    const before = await everything();
    const applied = await apply(FILE.replace('EUR: "1.08"', 'EUR: "9"').replace(from, to));
    expect(applied.ok).toBe(false);
    if (applied.ok) return;
    const [problem] = applied.failure;
    expect(problem?.field).toBe(field);
    if (field !== '') expect([problem?.line, problem?.column]).toEqual([line, column]);
    expect(await everything()).toEqual(before);
  });

  it('stops the start when the file that the settings name is broken', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'tollgate-file-'));
    const file = path.join(folder, 'tollgate.yaml');
    writeFileSync(file, 'organizations:\n  - name: 5\n');
    try {
      await expect(handle.start({ TOLLGATE_CONFIG_FILE: file })).rejects.toThrow(
        /tollgate\.yaml:2:5 organizations\.0\.name/,
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  async function everything(): Promise<unknown> {
    const paths = ['organizations', 'projects', 'secrets', 'ai-providers', 'routes', 'keys'];
    paths.push('exchange-rates');
    return Promise.all(paths.map(async (one) => (await call('GET', `/api/v1/${one}`)).body));
  }
});
