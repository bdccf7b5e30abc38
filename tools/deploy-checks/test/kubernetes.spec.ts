import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Document, readYaml } from '../src/document.ts';
import { readEnvFile, resolveKustomization } from '../src/kustomization.ts';
import { deployedServices, isPinned } from '../src/repository.ts';
import { requiredSettings, SECRET_SETTINGS, SERVICES, settingNames } from '../src/settings.ts';
import { root } from './root.ts';

const baseFolder = path.join(root, 'deploy/kubernetes/base');
const overlayFolder = path.join(root, 'deploy/kubernetes/overlays/small-cluster');
const base = resolveKustomization(baseFolder);
const overlay = resolveKustomization(overlayFolder);
const nothing = new Document(undefined);

const ofKind = (manifests: readonly Document[], ...kinds: string[]) =>
  manifests.filter((one) => kinds.includes(one.at('kind').text()));
const nameOf = (manifest: Document) => manifest.at('metadata', 'name').text();
const find = (manifests: readonly Document[], kind: string, name: string) =>
  manifests.find((one) => one.at('kind').text() === kind && nameOf(one) === name) ?? nothing;

const workloads = ofKind(overlay.manifests, 'Deployment', 'StatefulSet').map(
  (manifest) => [nameOf(manifest), manifest] as const,
);
const workloadOf = (name: string) => workloads.find(([other]) => other === name)?.[1] ?? nothing;
const podOf = (workload: Document) => workload.at('spec', 'template', 'spec');
const containerOf = (workload: Document) => podOf(workload).at('containers', 0);

describe('the base', () => {
  it('runs every app', () => {
    const names = ofKind(base.manifests, 'Deployment', 'StatefulSet').map(nameOf);
    expect(names.sort()).toEqual([...deployedServices(root)].sort());
  });

  it.each(SERVICES)('gives %s a Service, a disruption budget and an image of its own', (name) => {
    expect(
      find(base.manifests, 'Service', name).at('spec', 'selector', 'app.kubernetes.io/name').text(),
    ).toBe(name);
    expect(
      find(base.manifests, 'PodDisruptionBudget', name)
        .at('spec', 'selector', 'matchLabels', 'app.kubernetes.io/name')
        .text(),
    ).toBe(name);
    expect(containerOf(workloadOf(name)).at('image').text()).toMatch(
      new RegExp(`^tollgate/${name}:`),
    );
  });

  it.each(SERVICES)('configures %s by settings that it knows, secrets by reference', (name) => {
    const container = containerOf(workloadOf(name));
    const configMaps = container
      .at('envFrom')
      .list()
      .map((one) => one.at('configMapRef', 'name').text());
    const plain = configMaps.flatMap((map) => [
      ...(base.configMaps.get(map)?.keys() ?? [`no ${map}`]),
    ]);
    const secret = container.at('env').list();
    for (const one of secret) {
      expect(one.at('value').isThere()).toBe(false);
      expect(one.at('valueFrom', 'secretKeyRef', 'name').text()).toBe(`tollgate-${name}-secrets`);
      expect(one.at('valueFrom', 'secretKeyRef', 'key').text()).toBe(one.at('name').text());
    }
    const secretNames = secret.map((one) => one.at('name').text());
    expect(settingNames(name)).toEqual(expect.arrayContaining([...plain, ...secretNames]));
    expect([...plain, ...secretNames]).toEqual(expect.arrayContaining([...requiredSettings(name)]));
    expect(plain.filter((setting) => SECRET_SETTINGS.has(setting))).toEqual([]);
    expect(secretNames.filter((setting) => !SECRET_SETTINGS.has(setting))).toEqual([]);
  });

  it.each(SERVICES)('probes %s on the port that it serves, and names each other', (name) => {
    const container = containerOf(workloadOf(name));
    const [port = nothing] = container.at('ports').list();
    const own = base.configMaps.get(`tollgate-${name}`);
    expect(
      [...(own?.entries() ?? [])]
        .filter(([key]) => key.endsWith('_PORT'))
        .map(([, value]) => value),
    ).toEqual(
      container
        .at('ports')
        .list()
        .map((one) => one.at('containerPort').text()),
    );
    const paths = {
      startupProbe: '/healthz',
      readinessProbe: '/readyz',
      livenessProbe: '/healthz',
    };
    for (const [probe, expected] of Object.entries(paths)) {
      expect(container.at(probe, 'httpGet', 'path').text()).toBe(expected);
      expect(container.at(probe, 'httpGet', 'port').text()).toBe(port.at('name').text());
    }
  });

  it.each(SERVICES)('lets %s drain before it is ended', (name) => {
    const beforeSignal = Number(
      containerOf(workloadOf(name)).at('lifecycle', 'preStop', 'sleep', 'seconds').text() || 0,
    );
    const grace = Number(podOf(workloadOf(name)).at('terminationGracePeriodSeconds').text());
    // 45 s is what a service gives itself from the signal on.
    expect(grace).toBeGreaterThan(beforeSignal + 45);
    if (name === 'gateway') expect(beforeSignal).toBeGreaterThan(0);
  });

  it.each(SERVICES)('spreads %s over zones and nodes', (name) => {
    const keys = podOf(workloadOf(name))
      .at('topologySpreadConstraints')
      .list()
      .map((one) => one.at('topologyKey').text());
    expect(keys).toEqual(['topology.kubernetes.io/zone', 'kubernetes.io/hostname']);
  });

  it('keeps what the adapter spooled beyond its pod', () => {
    const adapter = workloadOf('provider-adapter');
    expect(adapter.at('kind').text()).toBe('StatefulSet');
    expect(adapter.at('spec', 'volumeClaimTemplates', 0, 'metadata', 'name').text()).toBe('spool');
    expect(adapter.at('spec', 'persistentVolumeClaimRetentionPolicy', 'whenScaled').text()).toBe(
      'Retain',
    );
  });

  it('scales what carries requests, and sets no number of replicas beside', () => {
    const scalers = ofKind(base.manifests, 'HorizontalPodAutoscaler');
    expect(scalers.map(nameOf).sort()).toEqual(['gateway', 'provider-adapter']);
    for (const scaler of scalers) {
      const target = workloadOf(scaler.at('spec', 'scaleTargetRef', 'name').text());
      expect(target.at('kind').text()).toBe(scaler.at('spec', 'scaleTargetRef', 'kind').text());
      expect(target.at('spec', 'replicas').isThere()).toBe(false);
      expect(Number(scaler.at('spec', 'minReplicas').text())).toBeGreaterThan(1);
    }
  });

  it('denies all traffic but what is named', () => {
    const policies = ofKind(base.manifests, 'NetworkPolicy');
    const deny = find(policies, 'NetworkPolicy', 'default-deny');
    expect(deny.at('spec', 'podSelector').names()).toEqual([]);
    expect(deny.at('spec', 'policyTypes').texts()).toEqual(['Ingress', 'Egress']);
    expect(deny.at('spec', 'ingress').isThere() || deny.at('spec', 'egress').isThere()).toBe(false);
    const reaching = (port: string) =>
      SERVICES.filter((name) =>
        policies.some((policy) => selects(policy, name) && egressPorts(policy).includes(port)),
      );
    expect(reaching('4222')).toEqual([...SERVICES]);
    expect(reaching('5432').sort()).toEqual(needing('POSTGRES_URL'));
    expect(reaching('8123').sort()).toEqual(needing('CLICKHOUSE_URL'));
    // Providers; webhooks and exchange rates.
    expect(reaching('443').sort()).toEqual(['control-plane', 'provider-adapter']);
  });
});

describe('the overlay for a small cluster', () => {
  it('has NATS, Postgres and ClickHouse beside the services', () => {
    const names = workloads.map(([name]) => name).sort();
    expect(names).toEqual([...SERVICES, 'nats', 'postgres', 'clickhouse'].sort());
    for (const server of ['nats', 'postgres', 'clickhouse']) {
      const manifest = workloadOf(server);
      expect(manifest.at('kind').text()).toBe('StatefulSet');
      expect(manifest.at('spec', 'volumeClaimTemplates', 0, 'metadata', 'name').text()).toBe(
        'data',
      );
      expect(find(overlay.manifests, 'Service', server).isThere()).toBe(true);
    }
  });

  it.each(workloads)('confines %s, whose namespace enforces it', (_name, workload) => {
    const pod = podOf(workload);
    expect(pod.at('automountServiceAccountToken').value).toBe(false);
    expect(pod.at('securityContext', 'runAsNonRoot').value).toBe(true);
    expect(Number(pod.at('securityContext', 'runAsUser').text())).toBeGreaterThan(0);
    expect(pod.at('securityContext', 'seccompProfile', 'type').text()).toBe('RuntimeDefault');
    for (const container of pod.at('containers').list()) {
      const context = container.at('securityContext');
      expect(context.at('allowPrivilegeEscalation').value).toBe(false);
      expect(context.at('readOnlyRootFilesystem').value).toBe(true);
      expect(context.at('capabilities', 'drop').texts()).toEqual(['ALL']);
    }
    const [namespace = nothing] = ofKind(overlay.manifests, 'Namespace');
    expect(namespace.at('metadata', 'labels', 'pod-security.kubernetes.io/enforce').text()).toBe(
      'restricted',
    );
  });

  it.each(workloads)('pins, bounds and probes %s', (_name, workload) => {
    for (const container of podOf(workload).at('containers').list()) {
      expect([container.at('image').text(), isPinned(container.at('image').text())]).toEqual([
        expect.any(String),
        true,
      ]);
      for (const kind of ['requests', 'limits'])
        expect(container.at('resources', kind).names()).toEqual(
          expect.arrayContaining(['cpu', 'memory']),
        );
      for (const probe of ['startupProbe', 'readinessProbe', 'livenessProbe'])
        expect(container.at(probe).isThere()).toBe(true);
    }
  });

  it.each(workloads)('mounts in %s what is there', (_name, workload) => {
    const pod = podOf(workload);
    const claims = workload.at('spec', 'volumeClaimTemplates').list().map(nameOf);
    const volumes = pod
      .at('volumes')
      .list()
      .map((volume) => volume.at('name').text());
    const mounts = containerOf(workload)
      .at('volumeMounts')
      .list()
      .map((mount) => mount.at('name').text());
    expect([...mounts].sort()).toEqual([...volumes, ...claims].sort());
    for (const volume of pod.at('volumes').list())
      if (volume.at('configMap').isThere())
        expect([...overlay.configMaps.keys()]).toContain(volume.at('configMap', 'name').text());
  });

  it.each(workloads)(
    'makes every ConfigMap and Secret that %s names, with the keys',
    (_name, workload) => {
      const container = containerOf(workload);
      for (const one of container.at('envFrom').list())
        expect([...overlay.configMaps.keys()]).toContain(one.at('configMapRef', 'name').text());
      for (const one of container.at('env').list()) {
        const reference = one.at('valueFrom', 'secretKeyRef');
        if (!reference.isThere()) continue;
        const file = overlay.secrets.get(reference.at('name').text());
        expect([reference.at('name').text(), file]).toEqual([
          expect.any(String),
          expect.any(String),
        ]);
        if (reference.at('optional').value !== true)
          expect([...exampleOf(file).keys()]).toContain(reference.at('key').text());
      }
    },
  );

  it('keeps its secrets out of the repository, and shows what they look like', () => {
    for (const file of overlay.secrets.values())
      for (const value of exampleOf(file).values()) expect(value).toMatch(/change-me/);
    expect(readFileSync(path.join(overlayFolder, '.gitignore'), 'utf8')).toContain('secrets/');
    const examples = readdirSync(path.join(overlayFolder, 'secrets.example'));
    expect(examples.sort()).toEqual(
      [...overlay.secrets.values()].map((file) => path.basename(file)).sort(),
    );
  });

  it('patches what is there', () => {
    for (const target of overlay.patched) {
      const [kind = '', name = ''] = target.split('/');
      expect([target, find(overlay.manifests, kind, name).isThere()]).toEqual([target, true]);
    }
  });

  it('runs the same NATS as docker compose: image, users and permissions', () => {
    const [compose = nothing] = readYaml(path.join(root, 'docker-compose.yml'));
    const other = compose.at('services', 'nats');
    expect(containerOf(workloadOf('nats')).at('image').text()).toBe(other.at('image').text());
    expect(other.at('volumes').texts()).toContain('./deploy/nats:/etc/nats:ro');
    for (const file of ['nats-server.conf', 'users.conf'])
      expect(overlay.configMaps.get('nats-config')?.get(file)).toBe(
        readFileSync(path.join(root, 'deploy/nats', file), 'utf8'),
      );
    const variables = containerOf(workloadOf('nats'))
      .at('env')
      .list()
      .map((one) => one.at('name').text());
    expect([...variables].sort()).toEqual([...other.at('environment').names()].sort());
    for (const server of ['postgres', 'clickhouse'])
      expect(containerOf(workloadOf(server)).at('image').text()).toBe(
        compose.at('services', server, 'image').text(),
      );
  });
});

function exampleOf(file: string | undefined): ReadonlyMap<string, string> {
  const example = path.join(overlayFolder, 'secrets.example', path.basename(file ?? 'none'));
  return existsSync(example) ? readEnvFile(readFileSync(example, 'utf8')) : new Map();
}

function needing(setting: string): readonly string[] {
  return SERVICES.filter((name) => requiredSettings(name).includes(setting)).sort();
}

function selects(policy: Document, name: string): boolean {
  const selector = policy.at('spec', 'podSelector');
  const values = selector.at('matchExpressions', 0, 'values').texts();
  return (
    values.includes(name) || selector.at('matchLabels', 'app.kubernetes.io/name').text() === name
  );
}

function egressPorts(policy: Document): readonly string[] {
  return policy
    .at('spec', 'egress')
    .list()
    .flatMap((rule) => rule.at('ports').list())
    .map((port) => port.at('port').text());
}
