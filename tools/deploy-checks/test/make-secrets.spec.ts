import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { loadSettings } from '@tollgate/env';
import { readEnvFile } from '../src/kustomization.ts';
import { SERVICE_SETTINGS, SERVICES } from '../src/settings.ts';
import { root } from './root.ts';

const script = path.join(root, 'deploy/make-secrets.mjs');
const folder = mkdtempSync(path.join(os.tmpdir(), 'tollgate-secrets-'));
const read = (file: string) => readEnvFile(readFileSync(file, 'utf8'));
const make = (...args: string[]) => execFileSync(process.execPath, [script, ...args]);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('make-secrets', () => {
  const dotEnv = path.join(folder, '.env');
  const secrets = path.join(folder, 'secrets');

  beforeAll(() => {
    make('compose', dotEnv);
    make('kubernetes', secrets);
  });

  it('gives docker compose every variable that it requires', () => {
    const compose = readFileSync(path.join(root, 'docker-compose.yml'), 'utf8');
    const required = [...compose.matchAll(/\$\{([A-Z_]+):\?/g)].map(([, name = '']) => name);
    const made = read(dotEnv);
    for (const name of required)
      expect([name, made.get(name)]).toEqual([name, expect.stringMatching(/^.{24,}$/)]);
    expect(new Set(made.values()).size).toBe(made.size);
  });

  it('makes passwords that NATS reads as text and URLs need not escape', () => {
    for (const [name, value] of read(dotEnv))
      if (name.endsWith('PASSWORD')) expect(value).toMatch(/^[a-z][a-z0-9]{40,}$/);
  });

  it.each(SERVICES)('gives %s in Kubernetes settings that it starts with', (name) => {
    const settings = loadSettings(
      SERVICE_SETTINGS[name],
      Object.fromEntries(read(path.join(secrets, `${name}.env`))),
    );
    expect(settings.NATS_URL).toContain(`//${name}:`);
  });

  it('gives clients the passwords of the servers, in files that are the owner’s alone', () => {
    const users = read(path.join(secrets, 'nats.env'));
    for (const name of SERVICES) {
      const variable = `NATS_${name.toUpperCase().replaceAll('-', '_')}_PASSWORD`;
      expect(read(path.join(secrets, `${name}.env`)).get('NATS_URL')).toContain(
        `:${users.get(variable)}@`,
      );
    }
    for (const file of readdirSync(secrets))
      expect(statSync(path.join(secrets, file)).mode & 0o077).toBe(0);
    const examples = path.join(root, 'deploy/kubernetes/overlays/small-cluster/secrets.example');
    for (const file of readdirSync(examples))
      expect([file, [...read(path.join(secrets, file)).keys()]]).toEqual([
        file,
        [...read(path.join(examples, file)).keys()],
      ]);
  });

  it('overwrites nothing', () => {
    const before = readFileSync(dotEnv, 'utf8');
    expect(spawnSync(process.execPath, [script, 'compose', dotEnv]).status).toBe(1);
    expect(spawnSync(process.execPath, [script, 'kubernetes', secrets]).status).toBe(1);
    expect(readFileSync(dotEnv, 'utf8')).toBe(before);
  });
});
