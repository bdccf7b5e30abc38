import { Controller } from '@nestjs/common';
import {
  type AlertsAnswer,
  type AlertsRequest,
  takeAlerts,
  type GrantAnswer,
  type GrantRequest,
  type GrantReturn,
  type GrantReturnAnswer,
  failure,
  type QuotaWindowsAnswer,
  type QuotaWindowsRequest,
  readQuotas,
  returnGrant,
  takeGrant,
} from '@tollgate/contracts';
import { Answers, BusFailure, type RequestContext } from '@tollgate/messaging';
import { GrantDesk, UndecidedError } from '../application/grant-desk.ts';
import { LedgerUnavailableError } from '../application/ledger.ts';
import { ReadWindows } from '../application/read-windows.ts';
import { ReturnGrants } from '../application/return-grants.ts';
import { TellAlerts } from '../application/tell-alerts.ts';
import { BudgetMetrics } from './budget-metrics.ts';

/** Budget on the bus. */
@Controller()
export class BudgetController {
  constructor(
    private readonly desk: GrantDesk,
    private readonly returns: ReturnGrants,
    private readonly windows: ReadWindows,
    private readonly alerts: TellAlerts,
    private readonly metrics: BudgetMetrics,
  ) {}

  @Answers(takeGrant)
  async take(request: GrantRequest, context: RequestContext): Promise<GrantAnswer> {
    const done = this.metrics.takeSeconds.startTimer();
    try {
      const answer = await this.desk.take(request, context.deadlineAt);
      this.metrics.grants.inc({
        outcome: answer.outcome === 'granted' ? 'granted' : answer.reason,
      });
      return answer;
    } catch (error) {
      this.metrics.grants.inc({ outcome: 'undecided' });
      throw error instanceof UndecidedError ? new BusFailure(error.failure) : error;
    } finally {
      done();
    }
  }

  @Answers(returnGrant)
  async giveBack(request: GrantReturn): Promise<GrantReturnAnswer> {
    try {
      return { outcome: await this.returns.giveBack(request) };
    } catch (error) {
      if (!(error instanceof LedgerUnavailableError)) throw error;
      throw new BusFailure(failure('budget.unavailable', { internal: error.message }));
    }
  }

  @Answers(takeAlerts)
  async tell({ acknowledged }: AlertsRequest): Promise<AlertsAnswer> {
    try {
      return { alerts: await this.alerts.tell(acknowledged) };
    } catch (error) {
      if (!(error instanceof LedgerUnavailableError)) throw error;
      throw new BusFailure(failure('budget.unavailable', { internal: error.message }));
    }
  }

  @Answers(readQuotas)
  async read({ quotaIds }: QuotaWindowsRequest): Promise<QuotaWindowsAnswer> {
    try {
      return { windows: await this.windows.read(quotaIds) };
    } catch (error) {
      if (!(error instanceof LedgerUnavailableError)) throw error;
      throw new BusFailure(failure('budget.unavailable', { internal: error.message }));
    }
  }
}
