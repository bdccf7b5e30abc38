import { Controller } from '@nestjs/common';
import {
  type CallsObserved,
  callsObserved,
  type HealthAnswer,
  type HealthRequest,
  makePlan,
  type PlanAnswer,
  type PlanRequest,
  readHealth,
} from '@tollgate/contracts';
import { Answers, Hears } from '@tollgate/messaging';
import { PlanInvalidation } from '../application/plan-invalidation.ts';
import { Planner } from '../application/planner.ts';
import { TellHealth } from '../application/tell-health.ts';

/** Routing on the bus. */
@Controller()
export class RoutingController {
  constructor(
    private readonly planner: Planner,
    private readonly invalidation: PlanInvalidation,
    private readonly health: TellHealth,
  ) {}

  @Answers(makePlan)
  plan(request: PlanRequest): Promise<PlanAnswer> {
    return this.planner.plan(request);
  }

  @Answers(readHealth)
  async readHealth(request: HealthRequest): Promise<HealthAnswer> {
    return this.health.read(request);
  }

  @Hears(callsObserved)
  observe(report: CallsObserved): void {
    this.invalidation.callsObserved(report);
  }
}
