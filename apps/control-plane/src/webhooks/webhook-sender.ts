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
import { recordAttempt } from './record-attempt.ts';
import { signatureHeaders } from './signature.ts';
import { openWebhookSecrets } from './webhook-secrets.ts';
import type { DeliveryAttempt } from './webhook-tables.ts';

const POLL_MS = 1_000;
const CONCURRENCY = 16;
const PER_WEBHOOK = 4;
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
  private readonly openByWebhook = new Map<string, number>();
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
      while (!this.stopped) {
        const free = CONCURRENCY - this.underWay.size;
        const claimed = free > 0 ? await this.claim(free) : [];
        if (claimed.length === 0) break;
        for (const one of claimed) this.run(one);
      }
      this.failing = false;
    } catch (error) {
      this.warn(error);
    }
  }

  private claim(limit: number): Promise<ClaimedDelivery[]> {
    const now = this.now();
    const busy = [...this.openByWebhook].filter(([, open]) => open >= PER_WEBHOOK);
    return claimDue(this.options.dataSource.manager, {
      now: new Date(now),
      until: new Date(now + CLAIM_MS),
      limit,
      perWebhook: PER_WEBHOOK,
      exceptWebhookIds: busy.map(([id]) => id),
    });
  }

  private run(claimed: ClaimedDelivery): void {
    const { id } = claimed.webhook;
    this.openByWebhook.set(id, (this.openByWebhook.get(id) ?? 0) + 1);
    const work = this.attempt(claimed)
      .catch((error: unknown) => this.warn(error))
      .finally(() => {
        this.underWay.delete(work);
        const left = (this.openByWebhook.get(id) ?? 1) - 1;
        if (left > 0) this.openByWebhook.set(id, left);
        else this.openByWebhook.delete(id);
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
