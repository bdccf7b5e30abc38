import type { SlotQuota, SlotStand } from '@tollgate/contracts';
import type { SlotWaiter } from './slot-holder.ts';

const NEVER = Number.NEGATIVE_INFINITY;
/** A lease is asked for anew when this share of it is over. */
const RENEW_SHARE = 4;
const RETRY_MS = 1_000;
const MOST_AHEAD = 64;

/** What budget answered. */
export interface Granted {
  readonly slots: number;
  readonly isShort: boolean;
  readonly isFar: boolean;
}

/** Slots of one quota at this gateway. Times are monotonic milliseconds. */
export class SlotCounter {
  /** What budget is known to have leased to us, calls that outlived it aside. */
  slots = 0;
  inUse = 0;
  /** Requests that wait and need it, in the order in which they came. */
  readonly waiters = new Set<SlotWaiter>();
  /** An ask that names it is under way. */
  isAsking = false;
  /** No begins from then on. */
  usableUntil = NEVER;
  /** How often a lease was over before it was renewed. */
  lapses = 0;
  unreachableUntil = NEVER;
  /** As last told: this very limit keeps calls out. */
  isShort = false;
  private renewAt = NEVER;
  private isFar = false;
  /** Budget has answered the last that it was told. */
  private isTold = true;
  private share = Number.POSITIVE_INFINITY;
  private shareUntil = NEVER;
  private peak = 0;
  private peakAt: number;

  constructor(
    public quota: SlotQuota,
    nowMs: number,
    /** Those that budget must hear of: something is given back, wanted ahead, or to be renewed. */
    private readonly dirty: Set<SlotCounter>,
  ) {
    this.peakAt = nowMs;
  }

  canBegin(nowMs: number): boolean {
    return !this.quota.hard || (this.inUse < this.slots && nowMs < this.usableUntil);
  }

  begin(): void {
    this.inUse++;
    if (this.inUse > this.peak) this.peak = this.inUse;
    // The next one would have to wait.
    if (this.quota.hard && this.isFar && this.inUse === this.slots) this.dirty.add(this);
  }

  /** Under a recall, what is above our share goes back at once. */
  end(nowMs: number): void {
    this.inUse--;
    if (nowMs >= this.shareUntil || this.slots <= this.share) return;
    if (this.slots > this.inUse) this.letGo(this.slots - 1);
  }

  /** Somebody waits elsewhere: idle slots go back, those in use when their calls end, down to `share`. */
  recall(share: number, untilMs: number): void {
    this.share = share;
    this.shareUntil = untilMs;
    this.letGo(this.inUse);
  }

  /** What this gateway says of it to budget. From now on it has no more than that. */
  state(nowMs: number): SlotStand {
    const { quotaId, limit, hard } = this.quota;
    const isOver = nowMs >= this.usableUntil;
    if (isOver || !hard) this.slots = this.inUse;
    if (isOver) this.lapses++;
    this.isTold = false;
    this.isAsking = true;
    this.dirty.delete(this);
    const ahead = hard && nowMs >= this.shareUntil ? this.peak + this.waiters.size : 0;
    return {
      quotaId,
      limit,
      hard,
      inUse: this.inUse,
      keeps: Math.max(this.slots, this.inUse),
      ahead: Math.min(ahead, MOST_AHEAD),
    };
  }

  granted(
    { slots, isShort, isFar }: Granted,
    sentMs: number,
    leaseMs: number,
    marginMs: number,
  ): void {
    this.isAsking = false;
    this.isTold = true;
    this.slots = slots;
    this.isShort = isShort;
    this.isFar = isFar;
    this.usableUntil = sentMs + leaseMs - marginMs;
    this.renewAt = sentMs + leaseMs / RENEW_SHARE;
    this.unreachableUntil = NEVER;
  }

  /** Nothing is known of what became of the ask. */
  unanswered(nowMs: number, unreachableMs: number): void {
    this.isAsking = false;
    this.unreachableUntil = nowMs + unreachableMs;
    this.renewAt = nowMs + RETRY_MS;
  }

  /** While recalled, what came and nobody here can use goes back. */
  settle(nowMs: number): void {
    if (nowMs < this.shareUntil) this.letGo(this.inUse);
  }

  /** Lets idle slots go, and sees to it that the lease is renewed. */
  lookAfter(nowMs: number, idleMs: number): void {
    if (nowMs - this.peakAt >= idleMs) {
      this.letGo(Math.max(this.peak, this.inUse));
      this.peak = this.inUse;
      this.peakAt = nowMs;
    }
    const isToRenew = this.slots > 0 || this.inUse > 0 || !this.isTold;
    if (isToRenew && !this.isAsking && nowMs >= this.renewAt) this.dirty.add(this);
  }

  /** Nothing is held, awaited or left to tell. */
  isEmpty(nowMs: number): boolean {
    if (this.inUse > 0 || this.waiters.size > 0 || this.isAsking) return false;
    // What could not be given back is over with its lease.
    return nowMs >= this.usableUntil || (this.slots === 0 && !this.dirty.has(this) && this.isTold);
  }

  letGo(slots: number): void {
    if (this.slots <= slots) return;
    this.slots = slots;
    this.dirty.add(this);
  }
}
