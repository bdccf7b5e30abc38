import type { WindowRoom } from './ledger.ts';

/** Somebody who waits for grants of others to come back. */
export interface Waiting {
  /** The windows that keep it out, and what it needs of each. */
  readonly needs: readonly { readonly windowId: string; readonly need: bigint }[];
  readonly quotaIds: readonly string[];
  /** Milliseconds since the epoch. */
  readonly giveUpAt: number;
  /** It may fit now, or will never: ask again. */
  readonly onChange: () => void;
  /** Its time is up; `isOver`: the room has closed, and nobody may wait any more. */
  readonly onGiveUp: (isOver: boolean) => void;
}

export interface WaitingRoomOptions {
  readonly room: (windowIds: readonly string[]) => Promise<ReadonlyMap<string, WindowRoom>>;
  readonly recall: (quotaIds: readonly string[]) => void;
  readonly now: () => number;
  /** How often windows are looked at, for what other instances booked; milliseconds. */
  readonly pollMs: number;
}

/** A recall is repeated this often while somebody waits. */
const RECALL_AGAIN_MS = 250;

/**
 * Holds asks that only grants of others keep out. One read for all of them finds out whose turn it is, at every poll and
 * as soon as this instance booked a return or a settlement. First come, first served.
 */
export class WaitingRoom {
  private readonly waiting = new Set<Waiting>();
  private readonly recalledAt = new Map<string, number>();
  private timer: NodeJS.Timeout | undefined;
  private looking = false;
  private isClosed = false;

  constructor(private readonly options: WaitingRoomOptions) {}

  get size(): number {
    return this.waiting.size;
  }

  add(one: Waiting): void {
    if (this.isClosed) return one.onGiveUp(true);
    this.waiting.add(one);
    this.recall();
    this.schedule(this.options.pollMs);
  }

  /** Something came back: look now. */
  wake(): void {
    if (this.waiting.size > 0) this.schedule(0);
  }

  /** Everybody gives up. */
  close(): void {
    this.isClosed = true;
    clearTimeout(this.timer);
    const all = [...this.waiting];
    this.waiting.clear();
    for (const one of all) one.onGiveUp(true);
  }

  private schedule(afterMs: number): void {
    if (this.looking || this.isClosed || (this.timer && afterMs > 0)) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.look(), afterMs);
  }

  private async look(): Promise<void> {
    this.timer = undefined;
    this.looking = true;
    try {
      this.release(await this.options.room(this.windowIds()));
    } catch {
      // Away: those whose time is up give up, the others look again.
      this.release(undefined);
    }
    this.looking = false;
    if (this.waiting.size === 0) return this.recalledAt.clear();
    this.recall();
    this.schedule(this.options.pollMs);
  }

  private release(rooms: ReadonlyMap<string, WindowRoom> | undefined): void {
    const now = this.options.now();
    const left = new Map([...(rooms ?? [])].map(([id, room]) => [id, room.available]));
    for (const one of [...this.waiting]) {
      if (rooms && isDue(one, rooms, left)) {
        for (const { windowId, need } of one.needs) {
          left.set(windowId, (left.get(windowId) ?? 0n) - need);
        }
        this.waiting.delete(one);
        one.onChange();
      } else if (now >= one.giveUpAt) {
        this.waiting.delete(one);
        one.onGiveUp(false);
      }
    }
  }

  private recall(): void {
    const now = this.options.now();
    const due = new Set<string>();
    for (const { quotaIds } of this.waiting) {
      for (const id of quotaIds) {
        if (now - (this.recalledAt.get(id) ?? 0) >= RECALL_AGAIN_MS) due.add(id);
      }
    }
    if (due.size === 0) return;
    for (const id of due) this.recalledAt.set(id, now);
    this.options.recall([...due]);
  }

  private windowIds(): readonly string[] {
    return [...new Set([...this.waiting].flatMap((one) => one.needs.map((need) => need.windowId)))];
  }
}

/** It fits, or a window is gone, or will never have room for it. */
function isDue(
  one: Waiting,
  rooms: ReadonlyMap<string, WindowRoom>,
  left: ReadonlyMap<string, bigint>,
): boolean {
  return (
    one.needs.every(({ windowId, need }) => need <= (left.get(windowId) ?? need)) ||
    one.needs.some(({ windowId, need }) => need > (rooms.get(windowId)?.unspent ?? need))
  );
}
