import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { serveProbes } from '@tollgate/boot';
import { type Messaging, MessagingModule } from '@tollgate/messaging';
import { NestLogger, type RunningService, type Telemetry } from '@tollgate/telemetry';
import { PlanInvalidation } from './application/plan-invalidation.ts';
import type { RoutingSettings } from './routing.config.ts';
import { RoutingModule } from './routing.module.ts';

const TICK_MS = 1_000;

@Module({})
class RoutingRoot {}

export interface RoutingStart {
  readonly settings: RoutingSettings;
  readonly messaging: Messaging;
  readonly telemetry: Telemetry;
}

/** Starts routing on the bus, with probes where a port is set. */
export async function startRouting({
  settings,
  messaging,
  telemetry,
}: RoutingStart): Promise<RunningService> {
  const app = await NestFactory.createMicroservice(
    {
      module: RoutingRoot,
      imports: [
        MessagingModule.forInstance(messaging),
        RoutingModule.register(settings, telemetry),
      ],
    },
    { strategy: messaging.serverFor('routing'), logger: new NestLogger(telemetry.log) },
  );
  const invalidation = app.get(PlanInvalidation);
  messaging.configReader.onChange((keys) => invalidation.configChanged(keys));
  await app.listen();
  const ticking = setInterval(() => invalidation.tick(), TICK_MS);
  const probes = await serveProbes(
    { settings, telemetry },
    { nats: () => messaging.bus.isConnected() },
  );
  return {
    ...(probes ? { url: probes.url } : {}),
    stop: async () => {
      clearInterval(ticking);
      await app.close();
      await probes?.stop();
    },
  };
}
