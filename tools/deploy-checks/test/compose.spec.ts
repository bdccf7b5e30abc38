import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Document, readYaml } from '../src/document.ts';
import { deployedServices, isPinned } from '../src/repository.ts';
import { requiredSettings, SECRET_SETTINGS, SERVICES, settingNames } from '../src/settings.ts';
import { root } from './root.ts';

const file = path.join(root, 'docker-compose.yml');
const [compose = new Document(undefined)] = readYaml(file);
const source = readFileSync(file, 'utf8');
const servers = ['nats', 'postgres', 'clickhouse'];
const services = compose.at('services');

/** What the image sets, or what has no meaning in a container. */
const NOT_PASSED = new Set([
  'TOLLGATE_HOST',
  'TOLLGATE_SPOOL_DIR',
  'TOLLGATE_PROBE_PORT',
  'TOLLGATE_GATEWAY_PORT',
  'TOLLGATE_CONTROL_PLANE_PORT',
  'TOLLGATE_CONFIG_FILE',
  // Azure sets these itself, where it gives a process an identity; compose runs elsewhere.
  'AZURE_TENANT_ID',
  'AZURE_CLIENT_ID',
  'AZURE_FEDERATED_TOKEN_FILE',
  'IDENTITY_ENDPOINT',
  'IDENTITY_HEADER',
]);

describe('docker-compose.yml', () => {
  it('runs every app, NATS, Postgres and ClickHouse', () => {
    expect([...services.names()].sort()).toEqual([...deployedServices(root), ...servers].sort());
    expect([...SERVICES].sort()).toEqual([...deployedServices(root)].sort());
  });

  it('pins every image', () => {
    for (const [name, service] of services.entries())
      expect([name, service.at('image').text(), isPinned(service.at('image').text())]).toEqual([
        name,
        expect.any(String),
        true,
      ]);
  });

  it.each(SERVICES)(
    'gives %s settings that it knows, all that it needs, and secrets of its own alone',
    (name) => {
      const environment = services.at(name, 'environment');
      const known = settingNames(name);
      expect(known).toEqual(expect.arrayContaining([...environment.names()]));
      expect(environment.names()).toEqual(expect.arrayContaining([...requiredSettings(name)]));
      expect(environment.names()).toEqual(
        expect.arrayContaining(known.filter((setting) => !NOT_PASSED.has(setting))),
      );
    },
  );

  it('has no default for a secret: each is required by name', () => {
    const secrets = [
      ...source.matchAll(/\$\{([A-Z_]*(?:PASSWORD|TOKEN|ENCRYPTION_KEY))([^}]*)\}/g),
    ];
    expect(secrets.length).toBeGreaterThan(15);
    for (const [text, , rest] of secrets)
      expect([text, rest?.startsWith(':?')]).toEqual([text, true]);
    for (const name of SERVICES)
      for (const [setting, value] of services.at(name, 'environment').entries())
        if (SECRET_SETTINGS.has(setting) && value.isThere()) expect(value.text()).toContain(':?');
  });

  it.each(SERVICES)('confines %s', (name) => {
    const service = services.at(name);
    expect(service.at('read_only').value).toBe(true);
    expect(service.at('cap_drop').texts()).toEqual(['ALL']);
    expect(service.at('security_opt').texts()).toContain('no-new-privileges:true');
    expect(service.at('volumes').texts()).toContain(`${name}-spool:/var/lib/tollgate/spool`);
    expect(service.at('build', 'target').text()).toBe(name);
    // More than the 45 s that a service takes to drain at most.
    expect(Number.parseInt(service.at('stop_grace_period').text(), 10)).toBeGreaterThan(45);
  });

  it('limits every container, and keeps data on named volumes', () => {
    const volumes = compose.at('volumes').names();
    for (const [name, service] of services.entries()) {
      expect([name, service.at('deploy', 'resources', 'limits').names()]).toEqual([
        name,
        ['cpus', 'memory'],
      ]);
      const named = service
        .at('volumes')
        .texts()
        .filter((volume) => !volume.startsWith('.'));
      expect(named.length).toBe(1);
      for (const volume of named) expect(volumes).toContain(volume.split(':')[0]);
    }
  });

  it('waits for servers until they are healthy, and each server says when it is', () => {
    for (const server of servers)
      expect(services.at(server, 'healthcheck', 'test').isThere()).toBe(true);
    for (const name of SERVICES) {
      const needs = services.at(name, 'depends_on');
      const required = requiredSettings(name);
      expect(needs.at('nats', 'condition').text()).toBe('service_healthy');
      expect(needs.at('postgres').isThere()).toBe(required.includes('POSTGRES_URL'));
      expect(needs.at('clickhouse').isThere()).toBe(required.includes('CLICKHOUSE_URL'));
      for (const [, need] of needs.entries())
        expect(need.at('condition').text()).toBe('service_healthy');
    }
  });

  it('publishes the gateway and the control plane alone, on loopback unless told otherwise', () => {
    const published = services.entries().filter(([, service]) => service.at('ports').isThere());
    expect(published.map(([name]) => name).sort()).toEqual(['control-plane', 'gateway']);
    for (const [, service] of published)
      for (const port of service.at('ports').texts())
        expect(port).toMatch(/^\$\{TOLLGATE_PUBLISH_ADDRESS:-127\.0\.0\.1\}:/);
  });

  it('puts every NATS user to work with a password that the server knows', () => {
    for (const name of SERVICES) {
      const variable = `NATS_${name.toUpperCase().replaceAll('-', '_')}_PASSWORD`;
      expect(services.at(name, 'environment', 'NATS_URL').text()).toContain(
        `nats://${name}:\${${variable}:?`,
      );
      expect(services.at('nats', 'environment').names()).toContain(variable);
    }
  });
});
