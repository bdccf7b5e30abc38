import type { SlotsAnswer, SlotsRequest } from '@tollgate/contracts';
import type { HeldQuota } from '../domain/slot-model.ts';
import { LedgerUnavailableError } from './ledger.ts';
import type { SlotLedger } from './slot-ledger.ts';

export interface LendSlotsOptions {
  readonly ledger: SlotLedger;
  readonly recall: (quotas: { quotaId: string; share: number }[]) => void;
  /** Slots came back that somebody waits for. */
  readonly freed: (quotaIds: string[]) => void;
  /** Monotonic milliseconds. */
  readonly tick: () => number;
  readonly leaseMs: number;
  /** Asks at once in this instance; beyond it they are turned away. */
  readonly mostPending: number;
}

/** A recall is not repeated sooner, milliseconds. */
const RECALL_AGAIN_MS = 200;
const MOST_RECALLED = 10_000;

/** Leases slots to gateways, and tells others when somebody waits for theirs. */
export class LendSlots {
  private readonly recalledAt = new Map<string, number>();
  private pending = 0;

  constructor(private readonly options: LendSlotsOptions) {}

  /** @throws LedgerUnavailableError */
  async hold({ holder, sequence, quotas, waiting }: SlotsRequest): Promise<SlotsAnswer> {
    const { ledger, leaseMs, mostPending } = this.options;
    if (this.pending >= mostPending) throw new LedgerUnavailableError('too many asks wait');
    this.pending++;
    try {
      const held = await ledger.hold({ holder, sequence, quotas, waiting });
      if (held === null) return { outcome: 'superseded' };
      this.tell(held);
      const answers = held.map(({ slots, isShort, isFar }) => ({ slots, isShort, isFar }));
      return { outcome: 'held', leaseMs, quotas: answers };
    } finally {
      this.pending--;
    }
  }

  private tell(held: readonly HeldQuota[]): void {
    const freed = held.filter(({ isFreed }) => isFreed).map(({ quotaId }) => quotaId);
    if (freed.length > 0) this.options.freed(freed);
    const now = this.options.tick();
    const recalled = held.flatMap(({ quotaId, share }) =>
      share !== null && this.isDue(quotaId, now) ? [{ quotaId, share }] : [],
    );
    if (recalled.length > 0) this.options.recall(recalled);
  }

  /** Remembers as many quotas as there can be asks for in that time; at the bound recalls come sooner. */
  private isDue(quotaId: string, now: number): boolean {
    if (now - (this.recalledAt.get(quotaId) ?? Number.NEGATIVE_INFINITY) < RECALL_AGAIN_MS) {
      return false;
    }
    if (this.recalledAt.size >= MOST_RECALLED) this.recalledAt.clear();
    this.recalledAt.set(quotaId, now);
    return true;
  }
}
