/*
 * Makes the secrets of an installation, once:
 *   node deploy/make-secrets.mjs              .env for docker compose
 *   node deploy/make-secrets.mjs kubernetes   secrets/ of the overlay small-cluster
 * What is there already stays as it is. Needs Node alone.
 */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const repository = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const overlay = path.join(repository, 'deploy', 'kubernetes', 'overlays', 'small-cluster');

/** Letters and digits that begin with a letter: they need no escaping in a URL, in YAML and in the configuration of NATS. */
const password = () => `s${randomBytes(24).toString('hex')}`;

const makers = {
  TOLLGATE_KEY_ENCRYPTION_KEY: () => randomBytes(32).toString('base64'),
  TOLLGATE_ADMIN_TOKEN: () => `tg_admin_${randomBytes(24).toString('hex')}`,
};

const made = new Map();
/** One value for a name, wherever it stands. */
function secret(name) {
  if (!made.has(name)) made.set(name, (makers[name] ?? password)());
  return made.get(name);
}

const [kind = 'compose', target] = process.argv.slice(2);
if (kind === 'compose') {
  const example = readFileSync(path.join(repository, '.env.example'), 'utf8');
  // A name with nothing behind it is a secret to be made; settings with defaults stand there as comments.
  write(
    target ?? path.join(repository, '.env'),
    example.replaceAll(/^([A-Z_]+)=$/gm, (_, name) => `${name}=${secret(name)}`),
  );
} else if (kind === 'kubernetes') {
  const folder = target ?? path.join(overlay, 'secrets');
  if (existsSync(folder)) stop(`${folder} is there already`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  for (const [service, lines] of Object.entries(kubernetesSecrets()))
    write(path.join(folder, `${service}.env`), `${lines.join('\n')}\n`);
} else {
  stop('usage: node deploy/make-secrets.mjs [compose|kubernetes] [target]');
}

function kubernetesSecrets() {
  const nats = (service) => {
    const name = `NATS_${service.toUpperCase().replaceAll('-', '_')}_PASSWORD`;
    return `NATS_URL=nats://${service}:${secret(name)}@nats:4222`;
  };
  const postgres = (role, name) =>
    `POSTGRES_URL=postgres://${role}:${secret(name)}@postgres:5432/tollgate`;
  const line = (name) => `${name}=${secret(name)}`;
  return {
    gateway: [nats('gateway')],
    routing: [nats('routing')],
    budget: [nats('budget'), postgres('tollgate_budget', 'POSTGRES_BUDGET_PASSWORD')],
    'provider-adapter': [nats('provider-adapter'), line('TOLLGATE_KEY_ENCRYPTION_KEY')],
    'trace-ingest': [
      nats('trace-ingest'),
      `CLICKHOUSE_URL=http://tollgate:${secret('CLICKHOUSE_PASSWORD')}@clickhouse:8123/tollgate`,
    ],
    'control-plane': [
      nats('control-plane'),
      postgres('tollgate_control_plane', 'POSTGRES_CONTROL_PLANE_PASSWORD'),
      line('TOLLGATE_KEY_ENCRYPTION_KEY'),
      line('TOLLGATE_ADMIN_TOKEN'),
    ],
    nats: [
      'GATEWAY',
      'ROUTING',
      'BUDGET',
      'PROVIDER_ADAPTER',
      'TRACE_INGEST',
      'CONTROL_PLANE',
      'OPERATOR',
    ].map((user) => line(`NATS_${user}_PASSWORD`)),
    postgres: [
      'POSTGRES_PASSWORD',
      'POSTGRES_BUDGET_PASSWORD',
      'POSTGRES_CONTROL_PLANE_PASSWORD',
    ].map(line),
    clickhouse: [line('CLICKHOUSE_PASSWORD')],
  };
}

function write(file, text) {
  if (existsSync(file)) stop(`${file} is there already`);
  writeFileSync(file, text, { mode: 0o600 });
  process.stdout.write(`wrote ${file}\n`);
}

function stop(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}
