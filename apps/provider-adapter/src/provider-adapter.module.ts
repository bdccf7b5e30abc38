import { type DynamicModule, Module } from '@nestjs/common';
import { callsObserved } from '@tollgate/contracts';
import {
  BUS,
  type Bus,
  CONFIG_READER,
  type ConfigReader,
  DURABLE_PUBLISHER,
  type DurablePublisher,
  VALUE_STORE,
  type ValueStore,
} from '@tollgate/messaging';
import { guardedConnector } from '@tollgate/outbound';
import { createKeyRing, type KeyRing, open, openBytes, sealBytes } from '@tollgate/secrets';
import type { Telemetry } from '@tollgate/telemetry';
import { CallController } from './adapters/call.controller.ts';
import { ConnectionTestController } from './adapters/connection-test.controller.ts';
import { KeptResponsesController } from './adapters/kept-responses.controller.ts';
import { GuardedMedia } from './adapters/guarded-media.ts';
import { keptCounter, PrometheusMetrics } from './adapters/prometheus-metrics.ts';
import { RequestSigners } from './adapters/signers/request-signers.ts';
import { UpstreamPools } from './adapters/upstream-pools.ts';
import { ConnectionTests } from './application/connection-tests.ts';
import { type ByteSealer, KeptResponses } from './application/kept-responses.ts';
import { MediaFetches } from './application/media-fetches.ts';
import { OutcomeReporter } from './application/outcome-reporter.ts';
import type { Clock } from './application/ports.ts';
import { ProviderCalls } from './application/provider-calls.ts';
import {
  type CredentialOpener,
  type EndpointOf,
  ReadyConnections,
} from './application/ready-connections.ts';
import type { ProviderAdapterSettings } from './provider-adapter.config.ts';

const clock: Clock = { epochMs: Date.now, monotonicMs: () => performance.now() };

/** Wires the adapter: connections, kept sockets, the calls, and what they report. */
@Module({})
export class ProviderAdapterModule {
  /** @param endpointOf replaces the vendors' own endpoints, for tests */
  static register(
    settings: ProviderAdapterSettings,
    telemetry: Telemetry,
    endpointOf?: EndpointOf,
  ): DynamicModule {
    const { log } = telemetry;
    return {
      module: ProviderAdapterModule,
      controllers: [CallController, ConnectionTestController, KeptResponsesController],
      providers: [
        {
          provide: UpstreamPools,
          useValue: new UpstreamPools({ allowPrivate: settings.TOLLGATE_ALLOW_PRIVATE_UPSTREAMS }),
        },
        {
          provide: RequestSigners,
          useValue: new RequestSigners({
            connect: guardedConnector({
              policy: { allowPrivate: settings.TOLLGATE_ALLOW_PRIVATE_UPSTREAMS },
              timeoutMs: 5_000,
            }),
            clock,
            environment: settings,
            allowMachine: settings.TOLLGATE_ALLOW_MACHINE_CREDENTIALS,
          }),
        },
        {
          provide: OutcomeReporter,
          inject: [BUS],
          useFactory: (bus: Bus) =>
            new OutcomeReporter(
              bus.instanceId,
              (event) => bus.broadcast(callsObserved, event),
              clock.epochMs,
            ),
        },
        {
          provide: ReadyConnections,
          inject: [CONFIG_READER],
          useFactory: (config: ConfigReader) =>
            new ReadyConnections(config, openerOf(settings), endpointOf),
        },
        {
          provide: KeptResponses,
          inject: [VALUE_STORE],
          useFactory: (values: ValueStore) =>
            new KeptResponses({
              values,
              sealer: sealerOf(settings),
              onKept: keptCounter(telemetry.metrics),
              onProblem: (error) => log.warn({ err: error }, 'a response could not be kept'),
            }),
        },
        {
          provide: ConnectionTests,
          inject: [ReadyConnections, UpstreamPools, RequestSigners],
          useFactory: (
            connections: ReadyConnections,
            upstreams: UpstreamPools,
            signer: RequestSigners,
          ) => new ConnectionTests({ connections, upstreams, signer, clock }),
        },
        {
          provide: ProviderCalls,
          inject: [
            ReadyConnections,
            UpstreamPools,
            RequestSigners,
            DURABLE_PUBLISHER,
            OutcomeReporter,
            KeptResponses,
          ],
          useFactory: (
            connections: ReadyConnections,
            upstreams: UpstreamPools,
            signer: RequestSigners,
            publisher: DurablePublisher,
            outcomes: OutcomeReporter,
            kept: KeptResponses,
          ) =>
            new ProviderCalls({
              kept,
              connections,
              upstreams,
              publisher,
              outcomes,
              metrics: new PrometheusMetrics(telemetry.metrics),
              clock,
              media: new MediaFetches(
                new GuardedMedia({ allowPrivate: settings.TOLLGATE_ALLOW_PRIVATE_MEDIA }),
              ),
              signer,
              random: Math.random,
              maxOpenCalls: settings.TOLLGATE_MAX_OPEN_CALLS,
              onFailedAttempt: (requestId, aiProviderId, failure) =>
                log.debug(
                  { requestId, aiProviderId, code: failure.code, internal: failure.internal },
                  'an attempt failed',
                ),
              onBug: (error) => log.error({ err: error }, 'a call met a bug'),
              onLostRecord: (requestId, error) =>
                log.error({ requestId, err: error }, 'a record could not be kept'),
            }),
        },
      ],
    };
  }
}

function ringOf(settings: ProviderAdapterSettings): KeyRing {
  return createKeyRing(
    settings.TOLLGATE_KEY_ENCRYPTION_KEY,
    settings.TOLLGATE_FORMER_KEY_ENCRYPTION_KEYS,
  );
}

function sealerOf(settings: ProviderAdapterSettings): ByteSealer {
  const ring = ringOf(settings);
  return {
    seal: (organizationId, name, plain) =>
      sealBytes(ring, { organizationId, secretId: name }, plain),
    open: (organizationId, name, sealed) => {
      const opened = openBytes(ring, { organizationId, secretId: name }, sealed);
      return opened.ok ? opened.value : undefined;
    },
  };
}

function openerOf(settings: ProviderAdapterSettings): CredentialOpener {
  const ring = ringOf(settings);
  return (organizationId, sealed) => {
    const opened = open(ring, { organizationId, secretId: sealed.secretId }, sealed);
    return opened.ok ? opened.value : undefined;
  };
}
