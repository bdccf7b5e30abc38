import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { DevFile, type DevFacts } from '../src/start/dev-file.ts';
import { loadLocalSecrets } from '../src/start/local-secrets.ts';

describe('the data folder', () => {
  let home: string;
  beforeEach(() => {
    home = mkdtempSync(path.join(os.tmpdir(), 'tollgate-home-'));
  });
  afterEach(() => rmSync(home, { recursive: true }));

  const modeOf = (name: string): number => statSync(path.join(home, name)).mode & 0o777;

  it('gets secrets of its own, which stay and which its owner alone can read', () => {
    const secrets = loadLocalSecrets(home);
    expect(Buffer.from(secrets.keyEncryptionKey, 'base64')).toHaveLength(32);
    expect(secrets.adminToken).toMatch(/^tg_admin_[0-9A-Za-z]{40}$/);
    expect(secrets.virtualKey).toMatch(/^tg_live_[0-9A-Za-z]{40}$/);
    expect(modeOf('secrets.json')).toBe(0o600);
    expect(loadLocalSecrets(home)).toEqual(secrets);
    const another = loadLocalSecrets(path.join(home, 'another'));
    expect(another.virtualKey).not.toBe(secrets.virtualKey);
  });

  it('is not taken over when its secrets are broken', () => {
    writeFileSync(path.join(home, 'secrets.json'), '{"virtualKey":7}');
    expect(() => loadLocalSecrets(home)).toThrow(/start with --fresh/);
  });

  it('tells of the running installation, to its owner alone, until it ends', () => {
    const facts: DevFacts = {
      gatewayUrl: 'http://g',
      controlPlaneUrl: 'http://c',
      simulatorUrl: 'http://s',
      apiKey: 'tg_live_1',
      adminToken: 'tg_admin_1',
      natsUrl: 'nats://n',
      postgresUrl: 'postgres://p',
      clickhouseUrl: 'http://h',
      mode: 'standalone',
      pids: { gateway: 1 },
    };
    const file = new DevFile(home);
    file.write({ ...facts, pids: {} });
    file.write(facts);
    expect(JSON.parse(readFileSync(path.join(home, 'dev.json'), 'utf8'))).toEqual(facts);
    expect(modeOf('dev.json')).toBe(0o600);
    expect(existsSync(path.join(home, 'dev.json.new'))).toBe(false);
    file.remove();
    file.remove();
    expect(existsSync(path.join(home, 'dev.json'))).toBe(false);
  });
});
