import { type DynamicModule, Module } from '@nestjs/common';
import { BudgetController } from './adapters/budget.controller.ts';
import { BudgetMetrics } from './adapters/budget-metrics.ts';
import { SlotMetrics } from './adapters/slot-metrics.ts';
import { SlotsController } from './adapters/slots.controller.ts';
import { GrantDesk } from './application/grant-desk.ts';
import { LendSlots } from './application/lend-slots.ts';
import { ReadWindows } from './application/read-windows.ts';
import { ReturnGrants } from './application/return-grants.ts';
import { TellAlerts } from './application/tell-alerts.ts';
import type { BudgetParts } from './budget-parts.ts';

/** Brings budget's parts onto the bus. */
@Module({})
export class BudgetModule {
  static register(parts: BudgetParts): DynamicModule {
    return {
      module: BudgetModule,
      controllers: [BudgetController, SlotsController],
      providers: [
        { provide: GrantDesk, useValue: parts.desk },
        { provide: ReturnGrants, useValue: parts.returns },
        { provide: ReadWindows, useValue: parts.windows },
        { provide: TellAlerts, useValue: parts.alerts },
        { provide: BudgetMetrics, useValue: parts.metrics },
        { provide: LendSlots, useValue: parts.slots.lend },
        { provide: SlotMetrics, useValue: parts.slots.metrics },
      ],
    };
  }
}
