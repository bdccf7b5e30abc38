import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { Result } from '@tollgate/contracts';
import type { Environment } from '@tollgate/env';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { serveProbes } from '@tollgate/boot';
import type { ConfigWriter, Messaging } from '@tollgate/messaging';
import { createKeyRing } from '@tollgate/secrets';
import type { RunningService, Telemetry } from '@tollgate/telemetry';
import type { DataSource } from 'typeorm';
import { AdminTokens } from './auth/admin-tokens.ts';
import { ConfigChanges } from './config-publishing/config-changes.ts';
import { Publisher } from './config-publishing/publisher.ts';
import type { ControlPlaneSettings } from './control-plane.config.ts';
import { createDataSource, migrate } from './database/data-source.ts';
import { databaseProblem } from './database/database-problem.ts';
import { type AppliedConfig, applyConfigFile } from './declarative/apply-config-file.ts';
import type { ConfigFileProblem } from './declarative/parse-config-file.ts';
import { RateFeed } from './exchange-rates/rate-feed.ts';
import { createHttpApp } from './http/create-http-app.ts';
import { sweepRegularly } from './keys/former-key-texts.ts';
import { resealSecrets } from './secrets/reseal-secrets.ts';
import { EventIntake } from './webhooks/event-intake.ts';
import { WebhookMetrics } from './webhooks/webhook-metrics.ts';
import { WebhookSender } from './webhooks/webhook-sender.ts';
import { resealWebhooks } from './webhooks/webhook-secrets.ts';

/** Longer than a change waits for its publishing. */
const DRAIN_MS = 4_000;

/** How long a start waits for Postgres. */
const PATIENCE_MS = 30_000;
const RETRY_MS = 500;

export interface ControlPlaneOptions {
  readonly settings: ControlPlaneSettings;
  readonly messaging: Pick<Messaging, 'bus' | 'consumers'> & {
    readonly configWriter: ConfigWriter;
  };
  readonly telemetry: Telemetry;
  /** What `fromEnv` in a `tollgate.yaml` reads; nothing by default. */
  readonly environment?: Environment;
}

export interface RunningControlPlane extends RunningService {
  readonly url: string;
  /** Where metrics are served without a token; missing when no port is set. */
  readonly probesUrl?: string;
  /** The token's text when it was given or has just been made; null when it is known by its hash alone. */
  readonly adminToken: string | null;
  /** Applies the text of a `tollgate.yaml`. */
  apply(text: string): Promise<Result<AppliedConfig, ConfigFileProblem[]>>;
}

/** The config file that the settings name is broken; says where. */
export class ConfigFileError extends Error {
  constructor(file: string, problems: readonly ConfigFileProblem[]) {
    const lines = problems.map(
      ({ line, column, field, message }) =>
        `  ${file}:${line}:${column} ${field ? `${field}: ` : ''}${message}`,
    );
    super(`A config file cannot be applied; nothing of it was carried out:\n${lines.join('\n')}`);
    this.name = 'ConfigFileError';
  }
}

/** Migrates, establishes the admin token, applies the config file, and serves. Needs Postgres; NATS may come later. */
export async function startControlPlane(
  options: ControlPlaneOptions,
): Promise<RunningControlPlane> {
  const { settings, messaging, telemetry } = options;
  const dataSource = await connect(settings, telemetry);
  const publisher = new Publisher(dataSource, messaging.configWriter, telemetry.log);
  try {
    const tokens = new AdminTokens(dataSource);
    const adminToken = await tokens.establish(settings.TOLLGATE_ADMIN_TOKEN);
    const outbound = { allowPrivate: settings.TOLLGATE_ALLOW_PRIVATE_UPSTREAMS };
    const changes = new ConfigChanges(dataSource, publisher, outbound, {
      chat: settings.TOLLGATE_MANAGED_CHAT_CAP,
      images: settings.TOLLGATE_MANAGED_IMAGES_CAP,
      embeddings: settings.TOLLGATE_MANAGED_EMBEDDINGS_CAP,
    });
    const ring = createKeyRing(
      settings.TOLLGATE_KEY_ENCRYPTION_KEY,
      settings.TOLLGATE_FORMER_KEY_ENCRYPTION_KEYS,
    );
    const resealed = await changes.run((change) => resealSecrets(change, ring));
    if (resealed.resealed || resealed.unopened.length)
      telemetry.log.warn(resealed, 'secrets resealed');
    const lost = await changes.run(({ manager }) => resealWebhooks(manager, ring));
    if (lost.length > 0) telemetry.log.warn({ webhooks: lost }, 'secrets that no key opens');
    const { bus, consumers } = messaging;
    const { log } = telemetry;
    const metrics = new WebhookMetrics(telemetry.metrics);
    const policy = changes.outbound;
    const webhooks = new WebhookSender({ dataSource, ring, policy, log, metrics });
    const recoveredAfterMs = settings.TOLLGATE_RECOVERED_AFTER_MS;
    const intake = new EventIntake({
      dataSource,
      bus,
      consumers,
      log,
      metrics,
      recoveredAfterMs,
    });
    const rateFeedUrl = settings.TOLLGATE_EXCHANGE_RATES_URL;
    const everyMs = settings.TOLLGATE_EXCHANGE_RATES_EVERY_MS;
    const rateFeed = rateFeedUrl
      ? new RateFeed({ dataSource, changes, log, url: rateFeedUrl, everyMs })
      : undefined;
    const served = { dataSource, changes, publisher, tokens, ring, bus, telemetry, webhooks };
    const parts = { ...served, rateFeedUrl };
    const environment = options.environment ?? {};
    const apply = (text: string) => applyConfigFile(text, { changes, ring, environment, readText });
    for (const file of settings.TOLLGATE_CONFIG_FILE) await applyNamedFile(file, apply);
    const app = await createHttpApp(parts);
    await app.listen(settings.TOLLGATE_CONTROL_PLANE_PORT, settings.TOLLGATE_HOST);
    publisher.wake();
    const stopSweeping = sweepRegularly(dataSource, changes, telemetry.log);
    webhooks.start();
    intake.start();
    rateFeed?.start();
    const server = app.getHttpServer();
    // Whether Postgres answers is told by `/readyz` of the API.
    const probes = await serveProbes({ settings, telemetry }, { http: () => server.listening });
    return {
      url: `http://${settings.TOLLGATE_HOST}:${portOf(server.address())}`,
      ...(probes ? { probesUrl: probes.url } : {}),
      adminToken,
      apply,
      stop: async () => {
        await closeWithin(app, DRAIN_MS);
        await probes?.stop();
        await rateFeed?.stop();
        await intake.stop();
        await webhooks.stop();
        await stopSweeping();
        await publisher.stop();
        await dataSource.destroy();
      },
    };
  } catch (error) {
    await publisher.stop();
    await dataSource.destroy();
    throw error;
  }
}

/** Lets requests in hand end; then cuts off who holds a connection still. */
async function closeWithin(app: NestFastifyApplication, graceMs: number): Promise<void> {
  const cut = setTimeout(() => app.getHttpServer().closeAllConnections(), graceMs);
  try {
    await app.close();
  } finally {
    clearTimeout(cut);
  }
}

const readText = (file: string): Promise<string> => readFile(file, 'utf8');

async function applyNamedFile(file: string, apply: RunningControlPlane['apply']): Promise<void> {
  const applied = await apply(await readText(file));
  if (!applied.ok) throw new ConfigFileError(file, applied.failure);
}

async function connect(settings: ControlPlaneSettings, telemetry: Telemetry): Promise<DataSource> {
  const dataSource = createDataSource(settings.POSTGRES_URL, telemetry.log);
  await initializePatiently(dataSource, telemetry);
  try {
    await migrate(dataSource);
    return dataSource;
  } catch (error) {
    await dataSource.destroy();
    throw error;
  }
}

/** Postgres may come up at the same time as this. A wrong password or database is not worth waiting for. */
async function initializePatiently(dataSource: DataSource, telemetry: Telemetry): Promise<void> {
  const until = Date.now() + PATIENCE_MS;
  for (;;) {
    try {
      await dataSource.initialize();
      return;
    } catch (error) {
      if (databaseProblem(error)?.status !== 503 || Date.now() > until) throw error;
      telemetry.log.warn({ err: error }, 'Postgres cannot be reached yet');
      await delay(RETRY_MS);
    }
  }
}

function portOf(address: unknown): number {
  if (typeof address === 'object' && address !== null && 'port' in address) {
    return Number(address.port);
  }
  throw new Error('the HTTP server has no port');
}
