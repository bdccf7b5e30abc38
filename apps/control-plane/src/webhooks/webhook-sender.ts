import {
  type AddressPolicy,
  guardedConnector,
  guardedPost,
  type PostOutcome,
  readUrl,
  type Resolver,
} from '@tollgate/outbound';
import type { KeyRing } from '@tollgate/secrets';
import type { Logger } from '@tollgate/telemetry';
import type { DataSource } from 'typeorm';
import { claimDue, claimOne, type ClaimedDelivery } from './claim-deliveries.ts';
import { recordAttempt, wasDelivered } from './record-attempt.ts';
import { SendLane } from './send-lane.ts';
import { signatureHeaders } from './signature.ts';
import type { WebhookMetrics } from './webhook-metrics.ts';
import { openWebhookSecrets } from './webhook-secrets.ts';
import type { DeliveryAttempt } from './webhook-tables.ts';

const POLL_MS = 1_000;
const AT_ONCE = 24;
const PER_WEBHOOK = 4;
const FAILING_AT_ONCE = 8;
/** The specification proposes 15 to 30 seconds. */
const TIMEOUT_MS = 15_000;
const CONNECT_MS = 5_000;
/** Longer than an attempt may last, with its bookkeeping. */
const CLAIM_MS = 60_000;
const MAX_ANSWER_BYTES = 16_384;

export interface WebhookSenderOptions {
  readonly dataSource: DataSource;
  readonly ring: KeyRing;
  readonly policy: AddressPolicy;
  readonly log: Logger;
  readonly metrics: Pick<WebhookMetrics, 'attempted'>;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
  readonly random?: () => number;
  readonly timeoutMs?: number;
  readonly resolver?: Resolver;
}

/**
 * Brings deliveries to their endpoints, at least once and always under the same id. What is due stands in Postgres: it
 * outlives this process, and several of them share the work.
 */
export class WebhookSender {
  private readonly now: () => number;
  private readonly random: () => number;
  private readonly underWay = new Set<Promise<void>>();
  private readonly lanes = [
    new SendLane(false, AT_ONCE, PER_WEBHOOK),
    // One message finds out whether an endpoint works again; the others would wait for it in vain.
    new SendLane(true, FAILING_AT_ONCE, 1),
  ];
  private timer: NodeJS.Timeout | undefined;
  private pumping: Promise<void> | undefined;
  private stopped = false;
  private failing = false;

  constructor(private readonly options: WebhookSenderOptions) {
    this.now = options.now ?? Date.now;
    this.random = options.random ?? Math.random;
  }

  start(): void {
    this.timer = setInterval(() => this.wake(), POLL_MS);
    this.timer.unref();
  }

  /** Looks for what is due, soon. */
  wake(): void {
    if (this.stopped || this.pumping) return;
    this.pumping = this.pump().finally(() => {
      this.pumping = undefined;
    });
  }

  /** Sends all that is due now, and what becomes due by then; answers once nothing is. */
  async drain(): Promise<void> {
    do {
      this.wake();
      await this.pumping;
      await Promise.all(this.underWay);
    } while (this.pumping ?? this.underWay.size > 0);
  }

  /** Attempts this delivery now, and answers when it is known what came of it. */
  async sendNow(deliveryId: string): Promise<void> {
    const until = new Date(this.now() + CLAIM_MS);
    const claimed = await claimOne(this.options.dataSource.manager, deliveryId, until);
    if (claimed) await this.attempt(claimed);
  }

  /** Ends the attempts in hand; what is due stays for the next one. */
  async stop(): Promise<void> {
    this.stopped = true;
    clearInterval(this.timer);
    await this.pumping;
    await Promise.all(this.underWay);
  }

  private async pump(): Promise<void> {
    try {
      for (const lane of this.lanes) await this.fill(lane);
      this.failing = false;
    } catch (error) {
      this.warn(error);
    }
  }

  private async fill(lane: SendLane): Promise<void> {
    while (!this.stopped && lane.free > 0) {
      const now = this.now();
      const claimed = await claimDue(this.options.dataSource.manager, {
        now: new Date(now),
        until: new Date(now + CLAIM_MS),
        limit: lane.free,
        perWebhook: lane.perWebhook,
        exceptWebhookIds: lane.busy,
        isForFailing: lane.isForFailing,
      });
      if (claimed.length === 0) break;
      for (const one of claimed) this.run(one, lane);
    }
  }

  private run(claimed: ClaimedDelivery, lane: SendLane): void {
    const { id } = claimed.webhook;
    lane.enter(id);
    const work = this.attempt(claimed)
      .catch((error: unknown) => this.warn(error))
      .finally(() => {
        this.underWay.delete(work);
        lane.leave(id);
        this.wake();
      });
    this.underWay.add(work);
  }

  private async attempt(claimed: ClaimedDelivery): Promise<void> {
    const startedAt = this.now();
    const outcome = await this.post(claimed, startedAt);
    const now = this.now();
    const attempt: DeliveryAttempt = {
      at: new Date(startedAt).toISOString(),
      status: outcome.ok ? outcome.status : null,
      error: outcome.ok ? null : outcome.refusal,
      durationMs: now - startedAt,
    };
    this.options.metrics.attempted(wasDelivered(attempt));
    const clock = { now: new Date(now), random: this.random() };
    await recordAttempt(this.options.dataSource, claimed, attempt, clock);
  }

  private async post(
    { webhook, eventId, body }: ClaimedDelivery,
    nowMs: number,
  ): Promise<PostOutcome | { readonly ok: false; readonly refusal: 'no_secret' }> {
    const { policy, ring, resolver, timeoutMs = TIMEOUT_MS } = this.options;
    const url = readUrl(webhook.url, policy);
    if (!url) return { ok: false, refusal: 'forbidden' };
    const secrets = openWebhookSecrets(ring, webhook, new Date(nowMs));
    if (!secrets) return { ok: false, refusal: 'no_secret' };
    const message = { id: eventId, timestamp: Math.floor(nowMs / 1_000), body };
    return guardedPost(url, {
      connect: guardedConnector({
        policy,
        timeoutMs: CONNECT_MS,
        ...(resolver ? { resolver } : {}),
      }),
      headers: {
        'content-type': 'application/json',
        'user-agent': 'Tollgate-Webhooks/1',
        ...signatureHeaders(message, secrets),
      },
      body,
      timeoutMs,
      maxAnswerBytes: MAX_ANSWER_BYTES,
    });
  }

  private warn(error: unknown): void {
    if (!this.failing)
      this.options.log.warn({ err: error }, 'webhooks could not be sent; trying on');
    this.failing = true;
  }
}
