import { Controller } from '@nestjs/common';
import {
  type GrantsRecalled,
  grantsRecalled,
  type PlansInvalidated,
  plansInvalidated,
  type SlotsFreed,
  slotsFreed,
  type SlotsRecalled,
  slotsRecalled,
} from '@tollgate/contracts';
import { Hears } from '@tollgate/messaging';
import { GrantDesk } from '../../application/grant-desk.ts';
import { PlanDesk } from '../../application/plan-desk.ts';
import { SlotDesk } from '../../application/slot-desk.ts';

/** The gateway on the bus: it answers nothing, and hears what makes its leases void. */
@Controller()
export class GatewayController {
  constructor(
    private readonly plans: PlanDesk,
    private readonly grants: GrantDesk,
    private readonly slots: SlotDesk,
  ) {}

  @Hears(plansInvalidated)
  plansInvalidated(event: PlansInvalidated): void {
    this.plans.invalidate(event);
  }

  @Hears(grantsRecalled)
  grantsRecalled(event: GrantsRecalled): void {
    this.grants.recalled(event);
  }

  @Hears(slotsRecalled)
  slotsRecalled(event: SlotsRecalled): void {
    this.slots.recalled(event);
  }

  @Hears(slotsFreed)
  slotsFreed(event: SlotsFreed): void {
    this.slots.freed(event);
  }
}
