import type { GrantReturn } from '@tollgate/contracts';
import type { Slice } from './slice.ts';

const RETRY_MS = 1_000;
const MOST_TRIES = 60;

interface Unsent {
  readonly grant: GrantReturn;
  tries: number;
  nextAt: number;
}

/** Returns on their way to budget. One that cannot be told is tried again, and at last left to expire. */
export class UnsentReturns {
  private readonly failed: Unsent[] = [];
  private readonly underWay = new Set<Promise<void>>();

  constructor(
    private readonly send: (grant: GrantReturn) => Promise<boolean>,
    private readonly now: () => number,
    private readonly most: number,
  ) {}

  add(slice: Slice): void {
    // A slice drawn to its end holds only what settlement will move.
    if (!slice.isSpent()) this.attempt({ grant: slice.toReturn(), tries: 0, nextAt: 0 });
  }

  tick(nowMs: number): void {
    for (const unsent of this.failed.splice(0)) {
      if (unsent.nextAt <= nowMs) this.attempt(unsent);
      else this.failed.push(unsent);
    }
  }

  /** Resolves when all that is under way has been answered. */
  async settled(): Promise<void> {
    await Promise.all(this.underWay);
  }

  private attempt(unsent: Unsent): void {
    const attempt = this.send(unsent.grant).then((isTold) => {
      this.underWay.delete(attempt);
      unsent.tries++;
      if (isTold || unsent.tries >= MOST_TRIES) return;
      unsent.nextAt = this.now() + RETRY_MS;
      if (this.failed.length >= this.most) this.failed.shift();
      this.failed.push(unsent);
    });
    this.underWay.add(attempt);
  }
}
