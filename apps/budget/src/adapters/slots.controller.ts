import { Controller } from '@nestjs/common';
import { failure, holdSlots, type SlotsAnswer, type SlotsRequest } from '@tollgate/contracts';
import { Answers, BusFailure } from '@tollgate/messaging';
import { LedgerUnavailableError } from '../application/ledger.ts';
import { LendSlots } from '../application/lend-slots.ts';
import { SlotMetrics } from './slot-metrics.ts';

const RETRY_AFTER_MS = 1_000;

/** Slots on the bus. */
@Controller()
export class SlotsController {
  constructor(
    private readonly slots: LendSlots,
    private readonly metrics: SlotMetrics,
  ) {}

  @Answers(holdSlots)
  async hold(request: SlotsRequest): Promise<SlotsAnswer> {
    const done = this.metrics.seconds.startTimer();
    try {
      const answer = await this.slots.hold(request);
      this.metrics.asks.inc({ outcome: answer.outcome });
      return answer;
    } catch (error) {
      this.metrics.asks.inc({ outcome: 'undecided' });
      if (!(error instanceof LedgerUnavailableError)) throw error;
      const extras = { internal: error.message, retryAfterMs: RETRY_AFTER_MS };
      throw new BusFailure(failure('budget.unavailable', extras));
    } finally {
      done();
    }
  }
}
