import { execFileSync } from 'node:child_process';
import {
  constants,
  copyFileSync,
  chmodSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { randomBytes } from 'node:crypto';
import os from 'node:os';
import path from 'node:path';
import type { ServiceName } from '@tollgate/contracts';
import { Admin, eventually } from '@tollgate/e2e';
import { startSimulator, type Simulator } from '@tollgate/simulator';
import { findFreePort, removeStackHome, type Stack, startStack } from '@tollgate/stack';
import { bundleImports } from '../src/image/bundle-imports.ts';
import { type ImageService, startImageService } from '../src/image/image-service.ts';
import { type NatsWithUsers, startNatsWithUsers } from '../src/image/nats-with-users.ts';
import { asRole, makeRoles } from '../src/image/postgres-roles.ts';
import { stageImage } from '../src/image/stage-image.ts';
import { readNatsUsers } from '../src/nats-users.ts';
import { SERVICES } from '../src/settings.ts';
import { root } from './root.ts';

/*
 * What the images hold, without Docker: bundles and production packages in a folder of their own, each service as the image's
 * user, with its own user at NATS and its own role at Postgres, as docker-compose.yml and the manifests have it.
 */

const usersFile = path.join(root, 'deploy/nats/users.conf');
const adminToken = `tg_admin_${randomBytes(16).toString('hex')}`;
const passwords = { budget_password: 'of-budget', control_plane_password: 'of-control-plane' };

let folder: string;
let stack: Stack | undefined;
let nats: NatsWithUsers | undefined;
let simulator: Simulator | undefined;
const running = new Map<ServiceName, ImageService>();

beforeAll(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'tollgate-image-'));
  chmodSync(folder, 0o755);
  copyFileSync(process.execPath, path.join(folder, 'node'), constants.COPYFILE_FICLONE);
  const home = path.join(folder, 'stack');
  const ports = { nats: 0, postgres: 0, clickhouse: 0 };
  const configuration = withReplayUser(readFileSync(usersFile, 'utf8'));
  const users = readNatsUsers(configuration);
  const allUsersFile = path.join(folder, 'users.conf');
  writeFileSync(allUsersFile, configuration);
  [stack, nats, simulator] = await Promise.all([
    startStack({ home, ports }),
    startNatsWithUsers(path.join(folder, 'nats'), allUsersFile, users),
    startSimulator({ port: 0 }),
    stageImage(root, folder, [...SERVICES, 'standalone']),
  ]);
  await makeRoles(stack.postgresUrl, path.join(root, 'deploy/postgres/roles.sql'), passwords);
  await Promise.all(SERVICES.map(startService));
}, 120_000);

afterAll(async () => {
  await Promise.all([...running.values()].map((service) => service.stop()));
  await Promise.all([nats?.stop(), simulator?.stop(), stack?.stop()]);
  removeStackHome(path.join(folder, 'stack'));
  rmSync(folder, { recursive: true, force: true });
}, 120_000);

describe('the images', () => {
  it('hold every package that the bundles import, the seldom used ones too', () => {
    const names = bundleImports(folder);
    expect(names).toEqual(expect.arrayContaining(['@nestjs/core', '@opentelemetry/sdk-node']));
    const script = `for (const name of ${JSON.stringify(names)}) await import(name); console.log('all');`;
    const args = ['--input-type=module', '--eval', script];
    const said = execFileSync(path.join(folder, 'node'), args, { cwd: folder, env: {} });
    expect(said.toString()).toContain('all');
  });

  it('are ready and healthy in every service', async () => {
    for (const [name, service] of running) {
      const answers = await eventually(
        `${name} is ready`,
        () => Promise.all(['/readyz', '/healthz'].map((probe) => fetch(`${service.url}${probe}`))),
        (both) => both.every(({ status }) => status === 200),
      );
      expect(answers).toHaveLength(2);
      expect([name, await service.healthcheck()]).toEqual([name, 0]);
    }
  });

  it('serve a request from the gateway to the provider and back, charged and recorded', async () => {
    const admin = new Admin(facts);
    const hard = { metric: 'cost', window: 'month', limit: '10', currency: 'USD', hard: true };
    const { connection, route, key } = await admin.setUp('image', { budgets: [hard] });
    const answer = await eventually(
      'the gateway knows the key',
      () => chat(key.key, false),
      ({ status }) => status === 200,
    );
    expect(await answer.json()).toMatchObject({ object: 'chat.completion' });
    const streamed = await chat(key.key, true);
    expect(await streamed.text()).toMatch(/data: \[DONE\]/);

    const tried = await admin.call('POST', `/api/v1/ai-providers/${connection.id}/test`);
    expect(tried).toMatchObject({ outcome: 'ok', httpStatus: 200 });
    const simulated = await admin.call('POST', `/api/v1/routes/${route.id}/simulate`, {});
    expect(JSON.stringify(simulated)).toContain(connection.id);
    const records = await eventually(
      'both requests are recorded',
      () => admin.call<{ data: { status: number; costUsd: string }[] }>('GET', '/api/v1/requests'),
      ({ data }) => data.filter(({ status }) => status === 200).length === 2,
    );
    for (const { costUsd } of records.data) expect(Number(costUsd)).toBeGreaterThan(0);

    await admin.call('POST', `/api/v1/keys/${key.id}/revoke`, {});
    await eventually(
      'the revoked key is refused',
      () => chat(key.key, false),
      ({ status }) => status === 401,
    );
  });

  it('replay dead letters, with a user made for the occasion', () => {
    const args = ['apps/trace-ingest/dist/main.js', 'replay-dead-letters'];
    const env = {
      NATS_URL: nats?.urlOf('replay') ?? '',
      TOLLGATE_SPOOL_DIR: path.join(folder, 'spool/replay'),
    };
    const said = execFileSync(path.join(folder, 'node'), args, { cwd: folder, env }).toString();
    expect(said).toMatch(/"replayed":0,"left":0.*"dead letters were replayed"/);
  });

  it('keep to the subjects that their users are allowed', () => {
    expect(nats?.violations()).toEqual([]);
  });

  it('end in good order on SIGTERM, and log no error on the way', async () => {
    for (const [name, service] of [...running].reverse()) {
      expect([name, await service.stop()]).toEqual([name, 0]);
      expect(service.problems().filter((line) => !/"level":"warn"/.test(line))).toEqual([]);
      running.delete(name);
    }
    expect(nats?.violations()).toEqual([]);
  });

  it('start as one process too, and end in good order', async () => {
    const [port, controlPlanePort] = [await findFreePort(), await findFreePort()];
    const standalone = await startImageService({
      folder,
      app: 'standalone',
      node: path.join(folder, 'node'),
      port,
      environment: {
        NATS_URL: stack?.natsUrl ?? '',
        POSTGRES_URL: stack?.postgresUrl ?? '',
        CLICKHOUSE_URL: stack?.clickhouseUrl ?? '',
        TOLLGATE_GATEWAY_PORT: String(port),
        TOLLGATE_CONTROL_PLANE_PORT: String(controlPlanePort),
        TOLLGATE_KEY_ENCRYPTION_KEY: keyEncryptionKey,
        TOLLGATE_ADMIN_TOKEN: adminToken,
      },
    });
    try {
      expect(await standalone.healthcheck()).toBe(0);
      const unknownKey = await fetch(`${standalone.url}/v1/models`, {
        headers: { authorization: 'Bearer tg_live_unknown' },
      });
      expect(unknownKey.status).toBe(401);
    } finally {
      expect(await standalone.stop()).toBe(0);
    }
  });
});

/** As deploy/README.md says: the user is copied to the others. */
function withReplayUser(configuration: string): string {
  const user = readFileSync(path.join(root, 'deploy/nats/replay-user.conf'), 'utf8');
  return configuration.replace('  users = [', (start) => `${start}\n${user}`);
}

async function startService(app: ServiceName): Promise<void> {
  const port = await findFreePort();
  const node = path.join(folder, 'node');
  running.set(
    app,
    await startImageService({ folder, app, node, port, environment: environmentOf(app, port) }),
  );
}

const keyEncryptionKey = randomBytes(32).toString('base64');

function environmentOf(app: ServiceName, port: number): Readonly<Record<string, string>> {
  const common = { NATS_URL: nats?.urlOf(app) ?? '' };
  const postgres = (role: string, password: string) => ({
    POSTGRES_URL: asRole(stack?.postgresUrl ?? '', role, password),
  });
  const probes = { TOLLGATE_PROBE_PORT: String(port) };
  switch (app) {
    case 'gateway':
      return { ...common, TOLLGATE_GATEWAY_PORT: String(port) };
    case 'routing':
      return { ...common, ...probes };
    case 'budget':
      return { ...common, ...probes, ...postgres('tollgate_budget', passwords.budget_password) };
    case 'provider-adapter':
      return {
        ...common,
        ...probes,
        TOLLGATE_KEY_ENCRYPTION_KEY: keyEncryptionKey,
        TOLLGATE_ALLOW_PRIVATE_UPSTREAMS: 'true',
      };
    case 'trace-ingest':
      return { ...common, ...probes, CLICKHOUSE_URL: stack?.clickhouseUrl ?? '' };
    case 'control-plane':
      return {
        ...common,
        ...postgres('tollgate_control_plane', passwords.control_plane_password),
        TOLLGATE_CONTROL_PLANE_PORT: String(port),
        TOLLGATE_KEY_ENCRYPTION_KEY: keyEncryptionKey,
        TOLLGATE_ADMIN_TOKEN: adminToken,
        TOLLGATE_ALLOW_PRIVATE_UPSTREAMS: 'true',
      };
  }
}

const urlOf = (name: ServiceName): string => running.get(name)?.url ?? '';

const facts = () => ({
  gatewayUrl: urlOf('gateway'),
  controlPlaneUrl: urlOf('control-plane'),
  simulatorUrl: simulator?.url ?? '',
  apiKey: '',
  adminToken,
  natsUrl: '',
  postgresUrl: stack?.postgresUrl ?? '',
  clickhouseUrl: stack?.clickhouseUrl ?? '',
  mode: 'distributed' as const,
  pids: {},
});

function chat(key: string, stream: boolean): Promise<Response> {
  return fetch(`${urlOf('gateway')}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      model: 'gpt-4o-mini',
      stream,
      messages: [{ role: 'user', content: 'Say hello.' }],
    }),
  });
}
