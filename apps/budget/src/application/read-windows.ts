import type { QuotaWindowsAnswer } from '@tollgate/contracts';
import type { Ledger } from './ledger.ts';

/** Tells what was used of quotas. */
export class ReadWindows {
  constructor(
    private readonly ledger: Ledger,
    private readonly now: () => number,
  ) {}

  read(quotaIds: readonly string[]): Promise<QuotaWindowsAnswer['windows']> {
    return this.ledger.windowsOf(quotaIds, this.now());
  }
}
