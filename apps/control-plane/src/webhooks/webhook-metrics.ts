import type { EntityManager } from 'typeorm';
import { Counter, Gauge, type Registry } from 'prom-client';

export interface Waiting {
  readonly waiting: number;
  readonly failing: number;
}

/** Messages that wait for webhooks which are enabled, and how many of these fail. */
export async function countWaiting(manager: EntityManager): Promise<Waiting> {
  const [row]: Waiting[] = await manager.query(
    `SELECT (SELECT count(*)::integer FROM control_plane.webhook_deliveries d
             JOIN control_plane.webhooks w ON w.id = d.webhook_id WHERE d.status = 'pending' AND w.enabled) AS waiting,
            (SELECT count(*)::integer FROM control_plane.webhooks WHERE enabled AND failing_since IS NOT NULL) AS failing`,
  );
  return row ?? { waiting: 0, failing: 0 };
}

/** Deliveries of this process; how many wait is the same for all that share the database. */
export class WebhookMetrics {
  private readonly attempts: Counter<'outcome'>;
  private readonly waiting: Gauge;
  private readonly failing: Gauge;

  constructor(registry: Registry) {
    const registers = [registry];
    this.attempts = new Counter({
      name: 'tollgate_control_plane_webhook_attempts_total',
      help: 'Messages that were sent to webhooks, by what came of it',
      labelNames: ['outcome'],
      registers,
    });
    this.waiting = new Gauge({
      name: 'tollgate_control_plane_webhook_messages_waiting',
      help: 'Messages to webhooks that are to be sent, or to be sent again',
      registers,
    });
    this.failing = new Gauge({
      name: 'tollgate_control_plane_webhooks_failing',
      help: 'Webhooks that took none of the last messages',
      registers,
    });
  }

  attempted(wasDelivered: boolean): void {
    this.attempts.inc({ outcome: wasDelivered ? 'delivered' : 'failed' });
  }

  counted({ waiting, failing }: Waiting): void {
    this.waiting.set(waiting);
    this.failing.set(failing);
  }
}
