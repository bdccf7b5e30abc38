import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { serveProbes } from '@tollgate/boot';
import { type Messaging, MessagingModule } from '@tollgate/messaging';
import { NestLogger, type RunningService, type Telemetry } from '@tollgate/telemetry';
import { migrate } from './adapters/postgres/migrate.ts';
import type { BudgetSettings } from './budget.config.ts';
import { BudgetModule } from './budget.module.ts';
import { createBudgetParts } from './budget-parts.ts';

@Module({})
class BudgetRoot {}

export interface BudgetStart {
  readonly settings: BudgetSettings;
  readonly messaging: Messaging;
  readonly telemetry: Telemetry;
}

const MIGRATION_TRIES = 30;
const RETRY_MS = 1_000;

/** Brings the schema up to date, then answers on the bus and settles, with probes where a port is set. */
export async function startBudget({
  settings,
  messaging,
  telemetry,
}: BudgetStart): Promise<RunningService> {
  await migrateWithPatience(settings.POSTGRES_URL, telemetry);
  const parts = createBudgetParts(settings, messaging, telemetry);
  const app = await NestFactory.createMicroservice(
    {
      module: BudgetRoot,
      imports: [MessagingModule.forInstance(messaging), BudgetModule.register(parts)],
    },
    { strategy: messaging.serverFor('budget'), logger: new NestLogger(telemetry.log) },
  );
  await app.listen();
  await parts.consumer.start();
  parts.sweeper.start();
  parts.slots.sweeper.start();
  const probes = await serveProbes(
    { settings, telemetry },
    {
      nats: () => messaging.bus.isConnected(),
      postgres: () => parts.isDatabaseUp(),
    },
  );
  return {
    ...(probes ? { url: probes.url } : {}),
    stop: async () => {
      parts.waitingRoom.close();
      await app.close();
      parts.pauses.end();
      await parts.consumer.stop();
      await parts.sweeper.stop();
      await parts.slots.sweeper.stop();
      await Promise.all(parts.databases.map((database) => database.stop()));
      await probes?.stop();
    },
  };
}

/** Postgres may start after us. */
async function migrateWithPatience(url: string, telemetry: Telemetry): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await migrate(url);
    } catch (error) {
      if (attempt >= MIGRATION_TRIES) throw error;
      telemetry.log.warn({ err: error }, 'the schema could not be brought up to date yet');
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}
