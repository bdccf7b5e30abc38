import {
  holdSlots,
  type SlotQuota,
  type SlotsFreed,
  type SlotsRecalled,
} from '@tollgate/contracts';
import type { Bus } from '@tollgate/messaging';
import { SlotBook } from '../domain/slots/slot-book.ts';
import type { SlotDecision } from '../domain/slots/slot-holder.ts';
import type { Clock, Slots } from './ports.ts';

export interface SlotDeskOptions {
  readonly bus: Pick<Bus, 'instanceId' | 'request'>;
  readonly clock: Clock;
  readonly patienceMs: number;
}

const TICK_MS = 100;

/** The gateway's slots, leased from budget over the bus. */
export class SlotDesk implements Slots {
  private readonly book: SlotBook;
  private readonly timer: NodeJS.Timeout;

  constructor(private readonly options: SlotDeskOptions) {
    const { bus, clock, patienceMs } = options;
    this.book = new SlotBook({
      holder: bus.instanceId,
      ask: (request) => bus.request(holdSlots, request),
      tick: clock.tick,
      limits: { patienceMs },
    });
    this.timer = setInterval(() => this.book.tick(), TICK_MS).unref();
  }

  begin(
    quotas: readonly SlotQuota[],
    deadlineAt: number,
    patienceMs: number,
  ): SlotDecision | Promise<SlotDecision> {
    return this.book.begin(quotas, Math.min(patienceMs, deadlineAt - this.options.clock.now()));
  }

  totals(): { readonly slots: number; readonly inUse: number; readonly waiting: number } {
    return { ...this.book.totals(), waiting: this.book.waiting };
  }

  recalled(event: SlotsRecalled): void {
    this.book.recalled(event);
  }

  freed(event: SlotsFreed): void {
    this.book.freed(event);
  }

  /** Gives everything back; begins after it are refused. */
  async drain(): Promise<void> {
    await this.book.drain();
    clearInterval(this.timer);
  }
}
