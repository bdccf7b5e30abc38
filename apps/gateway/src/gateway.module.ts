import { type DynamicModule, Module } from '@nestjs/common';
import { Registry, type ReadinessChecks } from '@tollgate/telemetry';
import { GatewayController } from './adapters/bus/gateway.controller.ts';
import { ProbesController, READINESS } from './adapters/http/probes.controller.ts';
import { GrantDesk } from './application/grant-desk.ts';
import { PlanDesk } from './application/plan-desk.ts';
import { SlotDesk } from './application/slot-desk.ts';
import type { GatewayParts } from './gateway-parts.ts';

/** Nest's part of the gateway: probes, metrics, and what it hears on the bus. The hot routes stand beside it. */
@Module({})
export class GatewayModule {
  static register(parts: GatewayParts, metrics: Registry, checks: ReadinessChecks): DynamicModule {
    return {
      module: GatewayModule,
      controllers: [GatewayController, ProbesController],
      providers: [
        { provide: PlanDesk, useValue: parts.plans },
        { provide: GrantDesk, useValue: parts.grants },
        { provide: SlotDesk, useValue: parts.slots },
        { provide: Registry, useValue: metrics },
        { provide: READINESS, useValue: checks },
      ],
    };
  }
}
