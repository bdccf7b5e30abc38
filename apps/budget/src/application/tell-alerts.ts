import type { QuotaAlert } from '@tollgate/contracts';
import type { Ledger } from './ledger.ts';

/** Tells of alerts until they are acknowledged. */
export class TellAlerts {
  constructor(private readonly ledger: Ledger) {}

  async tell(acknowledged: readonly string[]): Promise<QuotaAlert[]> {
    if (acknowledged.length > 0) await this.ledger.acknowledgeAlerts(acknowledged);
    return this.ledger.untoldAlerts();
  }
}
