import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { serveProbes } from '@tollgate/boot';
import { type Messaging, MessagingModule } from '@tollgate/messaging';
import { NestLogger, type RunningService, type Telemetry } from '@tollgate/telemetry';
import { RequestSigners } from './adapters/signers/request-signers.ts';
import { UpstreamPools } from './adapters/upstream-pools.ts';
import { OutcomeReporter } from './application/outcome-reporter.ts';
import { ProviderCalls } from './application/provider-calls.ts';
import type { EndpointOf } from './application/ready-connections.ts';
import type { ProviderAdapterSettings } from './provider-adapter.config.ts';
import { ProviderAdapterModule } from './provider-adapter.module.ts';

@Module({})
class ProviderAdapterRoot {}

export interface ProviderAdapterStart {
  readonly settings: ProviderAdapterSettings;
  readonly messaging: Messaging;
  readonly telemetry: Telemetry;
  /** Replaces the vendors' own endpoints, where keys that come with requests go; for tests. */
  readonly endpointOf?: EndpointOf;
}

/** Starts the provider-adapter on the bus, with probes where a port is set. `stop` drains. */
export async function startProviderAdapter({
  settings,
  messaging,
  telemetry,
  endpointOf,
}: ProviderAdapterStart): Promise<RunningService> {
  const app = await NestFactory.createMicroservice(
    {
      module: ProviderAdapterRoot,
      imports: [
        MessagingModule.forInstance(messaging),
        ProviderAdapterModule.register(settings, telemetry, endpointOf),
      ],
    },
    { strategy: messaging.serverFor('provider-adapter'), logger: new NestLogger(telemetry.log) },
  );
  const calls = app.get(ProviderCalls);
  await app.listen();
  const probes = await serveProbes(
    { settings, telemetry },
    { nats: () => messaging.bus.isConnected() },
  );
  return {
    ...(probes ? { url: probes.url } : {}),
    stop: async () => {
      // Closing takes the service off the bus first and then waits for the calls that are open.
      const closing = app.close();
      await calls.drain(settings.TOLLGATE_DRAIN_MS);
      await closing;
      app.get(OutcomeReporter).stop();
      await app.get(UpstreamPools).close();
      await app.get(RequestSigners).close();
      await probes?.stop();
    },
  };
}
