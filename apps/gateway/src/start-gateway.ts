import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { serveProbes } from '@tollgate/boot';
import { NestLogger, type RunningService, type Telemetry } from '@tollgate/telemetry';
import { GatewayHttpAdapter } from './adapters/http/gateway-http-adapter.ts';
import { createHttpServer } from './adapters/http/http-server.ts';
import { buildOpenApi } from './adapters/http/openapi.ts';
import type { GatewaySettings } from './gateway.config.ts';
import { GatewayModule } from './gateway.module.ts';
import { buildGateway, type GatewayMessaging } from './gateway-parts.ts';

const VERSION = '0.1.0';
const CLOSING_MS = 1_000;

export interface GatewayStart {
  readonly settings: GatewaySettings;
  readonly messaging: GatewayMessaging;
  readonly telemetry: Telemetry;
}

export interface RunningGateway extends RunningService {
  readonly url: string;
}

/** Starts the public API. `stop` lets open requests end within the grace period, then closes. */
export async function startGateway(start: GatewayStart): Promise<RunningGateway> {
  const { settings, messaging, telemetry } = start;
  const parts = buildGateway(settings, messaging, telemetry);
  const { gate, http } = parts;
  const server = await createHttpServer(http);
  const checks = { nats: () => messaging.bus.isConnected(), serving: () => !gate.isClosing };
  const app = await NestFactory.create<NestFastifyApplication>(
    GatewayModule.register(parts, telemetry.metrics, checks),
    new GatewayHttpAdapter(server, http.newId, http.onBug),
    { logger: new NestLogger(telemetry.log), bodyParser: false },
  );
  // Built by the gateway's own table; Nest's type knows OpenAPI 3.0 in full and 3.1 in part.
  SwaggerModule.setup('docs', app, buildOpenApi(VERSION) as unknown as OpenAPIObject, {
    jsonDocumentUrl: 'openapi.json',
    raw: ['json'],
  });
  app.connectMicroservice({ strategy: messaging.serverFor('gateway') });
  await app.startAllMicroservices();
  await app.listen(settings.TOLLGATE_GATEWAY_PORT, settings.TOLLGATE_HOST);
  const probes = await serveProbes({ settings, telemetry }, checks);
  return {
    url: await app.getUrl(),
    stop: async () => {
      gate.close();
      const isEmpty = await gate.emptied(settings.TOLLGATE_DRAIN_MS);
      if (!isEmpty) telemetry.log.warn({ open: gate.inFlight }, 'the grace period is over');
      server.server.closeAllConnections();
      // Their ends are heard of in a later turn: calls are cancelled, draws recorded.
      await gate.emptied(CLOSING_MS);
      await Promise.all([parts.grants.drain(), parts.slots.drain()]);
      parts.stop();
      await app.close();
      await probes?.stop();
    },
  };
}
