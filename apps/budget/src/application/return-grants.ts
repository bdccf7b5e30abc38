import type { GrantReturn, GrantReturnAnswer } from '@tollgate/contracts';
import { unitsOf } from './grant-desk.ts';
import type { Ledger } from './ledger.ts';

export interface ReturnGrantsOptions {
  readonly ledger: Ledger;
  readonly now: () => number;
  /** Something came back: others may fit now. */
  readonly onReturned: () => void;
}

/** Takes back what holders did not draw. */
export class ReturnGrants {
  constructor(private readonly options: ReturnGrantsOptions) {}

  async giveBack({ grantId, drawn }: GrantReturn): Promise<GrantReturnAnswer['outcome']> {
    const { ledger, now, onReturned } = this.options;
    const outcome = await ledger.returnGrant(grantId, unitsOf(drawn), now());
    onReturned();
    return outcome;
  }
}
