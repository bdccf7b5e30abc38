import { Controller } from '@nestjs/common';
import {
  type CallsObserved,
  callsObserved,
  makePlan,
  type PlanAnswer,
  type PlanRequest,
} from '@tollgate/contracts';
import { Answers, Hears } from '@tollgate/messaging';
import { PlanInvalidation } from '../application/plan-invalidation.ts';
import { Planner } from '../application/planner.ts';

/** Routing on the bus. */
@Controller()
export class RoutingController {
  constructor(
    private readonly planner: Planner,
    private readonly invalidation: PlanInvalidation,
  ) {}

  @Answers(makePlan)
  plan(request: PlanRequest): Promise<PlanAnswer> {
    return this.planner.plan(request);
  }

  @Hears(callsObserved)
  observe(report: CallsObserved): void {
    this.invalidation.callsObserved(report);
  }
}
