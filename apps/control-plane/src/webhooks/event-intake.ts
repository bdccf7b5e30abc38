import { takeAlerts } from '@tollgate/contracts';
import type { Bus } from '@tollgate/messaging';
import type { Logger } from '@tollgate/telemetry';
import type { DataSource } from 'typeorm';
import { purgeEvents } from './purge-events.ts';
import { raiseExpiringKeys } from './raise-expiring-keys.ts';
import { raiseQuotaAlerts } from './raise-quota-alerts.ts';

const ALERTS_EVERY_MS = 1_000;
const SWEEP_EVERY_MS = 60_000;

export interface EventIntakeOptions {
  readonly dataSource: DataSource;
  readonly bus: Pick<Bus, 'request'>;
  readonly log: Logger;
  readonly now?: () => number;
}

/**
 * Brings in what others decided, or time did: alerts of budget, keys that end soon. Each has an id of its own, so several
 * control planes may do this at once, and again after a crash.
 */
export class EventIntake {
  private readonly now: () => number;
  private acknowledged: string[] = [];
  private sweepAt = 0;
  private timer: NodeJS.Timeout | undefined;
  private working: Promise<void> | undefined;
  private failing = false;

  constructor(private readonly options: EventIntakeOptions) {
    this.now = options.now ?? Date.now;
  }

  start(): void {
    this.timer = setInterval(() => {
      this.working ??= this.work().finally(() => {
        this.working = undefined;
      });
    }, ALERTS_EVERY_MS);
    this.timer.unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.working;
  }

  /** Takes alerts until budget has none; answers how many. Budget being away is for it to say, and no reason to fail. */
  async takeAlerts(): Promise<number> {
    for (let taken = 0; ; ) {
      const { acknowledged } = this;
      const answer = await this.options.bus.request(takeAlerts, { acknowledged });
      if (!answer.ok) return taken;
      const { alerts } = answer.value;
      if (alerts.length === 0) {
        this.acknowledged = [];
        return taken;
      }
      await this.options.dataSource.transaction((manager) => raiseQuotaAlerts(manager, alerts));
      // Only now: what is not committed must be told again.
      this.acknowledged = alerts.map(({ alertId }) => alertId);
      taken += alerts.length;
    }
  }

  async sweep(): Promise<void> {
    const now = new Date(this.now());
    await this.options.dataSource.transaction((manager) => raiseExpiringKeys(manager, now));
    await purgeEvents(this.options.dataSource.manager, now);
  }

  private async work(): Promise<void> {
    try {
      await this.takeAlerts();
      if (this.now() >= this.sweepAt) {
        await this.sweep();
        this.sweepAt = this.now() + SWEEP_EVERY_MS;
      }
      this.failing = false;
    } catch (error) {
      if (!this.failing) this.options.log.warn({ err: error }, 'events could not be taken in');
      this.failing = true;
    }
  }
}
