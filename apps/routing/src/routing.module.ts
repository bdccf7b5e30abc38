import { randomFillSync } from 'node:crypto';
import { type DynamicModule, Module } from '@nestjs/common';
import { createIdFactory } from '@tollgate/contracts';
import {
  BUS,
  type Bus,
  CONFIG_READER,
  type ConfigReader,
  DURABLE_PUBLISHER,
  type DurablePublisher,
} from '@tollgate/messaging';
import type { Telemetry } from '@tollgate/telemetry';
import { Counter } from 'prom-client';
import { RoutingController } from './adapters/routing.controller.ts';
import { HealthBook } from './application/health-book.ts';
import { catalogueKnowledge } from './application/model-knowledge.ts';
import { PlanInvalidation } from './application/plan-invalidation.ts';
import { Planner } from './application/planner.ts';
import { TellHealth } from './application/tell-health.ts';
import type { RoutingSettings } from './routing.config.ts';

/** Wires routing: health, the planner, and the announcements that make plans void. */
@Module({})
export class RoutingModule {
  static register(settings: RoutingSettings, telemetry: Telemetry): DynamicModule {
    const health = new HealthBook();
    const changes = new Counter({
      name: 'tollgate_routing_circuit_changes_total',
      help: 'Circuits that opened, closed or let calls through again',
      labelNames: ['to'],
      registers: [telemetry.metrics],
    });
    return {
      module: RoutingModule,
      controllers: [RoutingController],
      providers: [
        {
          provide: Planner,
          inject: [CONFIG_READER],
          useFactory: (config: ConfigReader) =>
            new Planner({
              config,
              health,
              models: catalogueKnowledge,
              newId: createIdFactory({ now: Date.now, fillRandom: randomFillSync }),
              now: Date.now,
              planTtlMs: settings.TOLLGATE_PLAN_TTL_MS,
            }),
        },
        {
          provide: TellHealth,
          inject: [BUS, DURABLE_PUBLISHER],
          useFactory: (bus: Bus, publisher: DurablePublisher) =>
            new TellHealth({
              publisher,
              health,
              instanceId: bus.instanceId,
              now: Date.now,
              onLost: (err) => telemetry.log.warn({ err }, 'an opened circuit could not be told'),
            }),
        },
        {
          provide: PlanInvalidation,
          inject: [BUS, Planner, TellHealth],
          useFactory: (bus: Bus, planner: Planner, tell: TellHealth) =>
            new PlanInvalidation({
              bus,
              planner,
              health,
              now: Date.now,
              onHealthChange: (change) => {
                const { aiProviderId, model, from, to } = change;
                changes.inc({ to });
                telemetry.log.warn(
                  { aiProviderId, model, from, to },
                  'the health of a model changed',
                );
                tell.changed(change);
              },
            }),
        },
      ],
    };
  }
}
