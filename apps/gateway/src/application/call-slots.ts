import type { SlotQuota } from '@tollgate/contracts';
import type { SlotDecision, SlotHold } from '../domain/slots/slot-holder.ts';
import type { Slots } from './ports.ts';

export type SlotRefusal = Extract<SlotDecision, { outcome: 'refused' }>;

/** The slots of one call: taken before its grant, free again the moment it ends, whenever they come. */
export class CallSlots {
  private hold: SlotHold | null = null;
  private isOver = false;

  constructor(private readonly slots: Slots) {}

  /**
   * Answers null when they are taken, else why they are not. Never rejects.
   * @param deadlineAt milliseconds since the epoch
   * @param patienceMs no longer wait than that
   */
  take(
    quotas: readonly SlotQuota[],
    deadlineAt: number,
    patienceMs: number,
  ): SlotRefusal | null | Promise<SlotRefusal | null> {
    const decision = this.slots.begin(quotas, deadlineAt, patienceMs);
    return decision instanceof Promise
      ? decision.then((one) => this.keep(one))
      : this.keep(decision);
  }

  /** Whether a call may still be opened on them. */
  areCurrent(): boolean {
    return this.hold === null || this.hold.isCurrent();
  }

  /** The call needs these no longer. */
  endSome(isOver: (quotaId: string) => boolean): void {
    this.hold?.end(isOver);
  }

  /** Ending them again changes nothing. */
  end(): void {
    this.isOver = true;
    this.hold?.end();
    this.hold = null;
  }

  private keep(decision: SlotDecision): SlotRefusal | null {
    if (decision.outcome === 'refused') return decision;
    if (this.isOver) decision.hold.end();
    else this.hold = decision.hold;
    return null;
  }
}
