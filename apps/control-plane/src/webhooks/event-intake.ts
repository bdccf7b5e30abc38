import { takeAlerts } from '@tollgate/contracts';
import type { Bus, DurableConsumers } from '@tollgate/messaging';
import type { Logger } from '@tollgate/telemetry';
import type { DataSource } from 'typeorm';
import { FailedRequests } from './failed-requests.ts';
import { ProviderHealth } from './provider-health.ts';
import { purgeEvents } from './purge-events.ts';
import { raiseExpiringKeys } from './raise-expiring-keys.ts';
import { raiseQuotaAlerts } from './raise-quota-alerts.ts';
import { StreamIntake } from './stream-intake.ts';
import { failuresOf, openingsOf } from './streams-read.ts';
import { countWaiting, type WebhookMetrics } from './webhook-metrics.ts';

const TICK_MS = 1_000;
const HEALTH_EVERY_MS = 5_000;
const MINUTES_EVERY_MS = 10_000;
const COUNT_EVERY_MS = 15_000;
const SWEEP_EVERY_MS = 60_000;

export interface EventIntakeOptions {
  readonly dataSource: DataSource;
  readonly bus: Pick<Bus, 'request'>;
  readonly consumers: DurableConsumers;
  readonly log: Logger;
  readonly metrics: Pick<WebhookMetrics, 'counted'>;
  /** How long a model that works again must stay so before it is told of. */
  readonly recoveredAfterMs: number;
  readonly now?: () => number;
}

interface Job {
  readonly name: string;
  readonly everyMs: number;
  readonly run: () => Promise<unknown>;
  dueAt: number;
  isFailing: boolean;
}

/**
 * Brings in what others decided, or time did: alerts of budget, what routing and the records tell, keys that end soon.
 * What is told of has an id of its own, so several control planes may do this at once, and again after a crash.
 */
export class EventIntake {
  readonly health: ProviderHealth;
  readonly failures: FailedRequests;
  private readonly now: () => number;
  private readonly openingIntake: StreamIntake;
  private readonly failureIntake: StreamIntake;
  private readonly jobs: readonly Job[];
  private acknowledged: string[] = [];
  private timer: NodeJS.Timeout | undefined;
  private working: Promise<void> | undefined;

  constructor(private readonly options: EventIntakeOptions) {
    const { dataSource, bus, consumers, recoveredAfterMs } = options;
    const now = options.now ?? Date.now;
    this.now = now;
    this.health = new ProviderHealth({ dataSource, bus, recoveredAfterMs, now });
    this.failures = new FailedRequests({ dataSource, now });
    this.openingIntake = new StreamIntake(consumers, openingsOf(this.health));
    this.failureIntake = new StreamIntake(consumers, failuresOf(this.failures));
    this.jobs = [
      job('alerts', TICK_MS, () => this.takeAlerts()),
      job('openings', TICK_MS, () => this.openingIntake.follow(true)),
      job('failures', TICK_MS, () => this.followFailures()),
      job('recovery', HEALTH_EVERY_MS, () => this.health.lookForRecovery()),
      job('minutes', MINUTES_EVERY_MS, () => this.failures.closeMinutes()),
      job('count', COUNT_EVERY_MS, () => this.count()),
      job('sweep', SWEEP_EVERY_MS, () => this.sweep()),
    ];
  }

  start(): void {
    this.timer = setInterval(() => {
      this.working ??= this.work().finally(() => {
        this.working = undefined;
      });
    }, TICK_MS);
    this.timer.unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.working;
    await Promise.all([this.openingIntake.stop(), this.failureIntake.stop()]);
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

  private async count(): Promise<void> {
    this.options.metrics.counted(await countWaiting(this.options.dataSource.manager));
  }

  private async followFailures(): Promise<void> {
    await this.failureIntake.follow(await this.failures.hasListeners());
  }

  /** One after the other: none that fails keeps the others from their turn. */
  private async work(): Promise<void> {
    for (const one of this.jobs) {
      if (this.now() < one.dueAt) continue;
      one.dueAt = this.now() + one.everyMs;
      try {
        await one.run();
        one.isFailing = false;
      } catch (error) {
        if (!one.isFailing)
          this.options.log.warn({ err: error, job: one.name }, 'events could not be taken in');
        one.isFailing = true;
      }
    }
  }
}

function job(name: string, everyMs: number, run: () => Promise<unknown>): Job {
  return { name, everyMs, run, dueAt: 0, isFailing: false };
}
