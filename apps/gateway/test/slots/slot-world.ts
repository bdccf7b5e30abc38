import {
  type Failure,
  failure,
  type Result,
  type SlotQuota,
  type SlotsAnswer,
  type SlotsRequest,
} from '@tollgate/contracts';
import { SlotBook } from '../../src/domain/slots/slot-book.ts';
import type { SlotBookLimits, SlotDecision, SlotHold } from '../../src/domain/slots/slot-holder.ts';

const LEASE_MS = 10_000;
const FENCE_MS = 5_000;

type Answer = Result<SlotsAnswer, Failure>;

interface Lease {
  slots: number;
  sequence: number;
  expiresAt: number;
}

/** An ask on its way. */
interface Letter {
  readonly request: SlotsRequest;
  readonly answer: (answer: Answer) => void;
}

/** A call that a provider has in hand. */
export interface UpstreamCall {
  readonly gateway: WorldGateway;
  /** Those that it still fills. */
  quotas: readonly SlotQuota[];
  readonly hold: SlotHold;
}

/** A gateway's book, with the calls that it opened. */
export class WorldGateway {
  readonly book: SlotBook;
  isDead = false;
  isStopped = false;
  readonly decisions: SlotDecision[] = [];
  /** What it will hear and do when it goes on. */
  private postponed: (() => void)[] = [];

  constructor(
    readonly name: string,
    private readonly world: SlotWorld,
    limits: Partial<SlotBookLimits>,
  ) {
    this.book = new SlotBook({
      holder: name,
      tick: () => world.now,
      ask: (request) =>
        world.post(request).then(
          (answer) =>
            new Promise((resolve) => {
              this.act(() => resolve(answer));
            }),
        ),
      limits,
    });
  }

  stop(): void {
    this.isStopped = true;
  }

  /** What it missed it hears in later turns. */
  resume(): void {
    this.isStopped = false;
    for (const action of this.postponed.splice(0)) setImmediate(() => this.act(action));
  }

  kill(): void {
    this.isDead = true;
  }

  /** Now, or when it goes on. The dead do nothing. */
  act(action: () => void): void {
    if (this.isStopped) this.postponed.push(action);
    else if (!this.isDead) action();
  }

  begin(quotas: readonly SlotQuota[]): void {
    this.act(() => this.ask(quotas));
  }

  private ask(quotas: readonly SlotQuota[]): void {
    const decision = this.book.begin(quotas);
    if (decision instanceof Promise) void decision.then((one) => this.onDecided(one, quotas));
    else this.onDecided(decision, quotas);
  }

  private onDecided(decision: SlotDecision, quotas: readonly SlotQuota[]): void {
    this.decisions.push(decision);
    if (this.isDead || decision.outcome !== 'begun') return;
    if (!decision.hold.isCurrent()) return decision.hold.end();
    this.world.upstream.push({ gateway: this, quotas, hold: decision.hold });
  }
}

/**
 * Gateways, a network that loses, delays and doubles messages, and the simplest budget that keeps the contract: it leases
 * what is free, and frees a lease only when providers no longer work for a holder that did not renew it.
 */
export class SlotWorld {
  now = 1_000;
  readonly letters: Letter[] = [];
  upstream: UpstreamCall[] = [];
  readonly gateways: WorldGateway[];
  readonly leases = new Map<string, Map<string, Lease>>();

  constructor(gateways: number, limits: Partial<SlotBookLimits> = {}) {
    this.gateways = Array.from(
      { length: gateways },
      (_, i) => new WorldGateway(`ins_${i}`, this, limits),
    );
  }

  post(request: SlotsRequest): Promise<Answer> {
    return new Promise((answer) => this.letters.push({ request, answer }));
  }

  /** The budget handles a letter; `isAnswered` false: the answer is lost. */
  async deliver(index: number, { isTwice = false, isAnswered = true } = {}): Promise<void> {
    const letter = this.take(index);
    if (!letter) return;
    const answer = this.handle(letter.request);
    if (isTwice) this.handle(letter.request);
    letter.answer(
      isAnswered
        ? { ok: true, value: answer }
        : { ok: false, failure: failure('bus.deadline_exceeded') },
    );
    await settle();
  }

  /** The asker hears that it is lost, though it may still arrive later. */
  async lose(index: number, arrivesLater: boolean): Promise<void> {
    const letter = this.take(index);
    if (!letter) return;
    letter.answer({ ok: false, failure: failure('bus.deadline_exceeded') });
    if (arrivesLater) this.letters.push({ request: letter.request, answer: () => undefined });
    await settle();
  }

  async deliverAll(): Promise<void> {
    while (this.letters.length > 0) await this.deliver(0);
  }

  async advance(ms: number): Promise<void> {
    this.now += ms;
    this.freeExpired();
    for (const gateway of this.gateways) {
      if (!gateway.isStopped) gateway.act(() => gateway.book.tick());
    }
    await settle();
  }

  async recall(quota: SlotQuota, share: number): Promise<void> {
    const event = { quotas: [{ quotaId: quota.quotaId, share }], at: 0 };
    for (const gateway of this.gateways) gateway.act(() => gateway.book.recalled(event));
    await settle();
  }

  /** The provider has answered. */
  async finish(index: number): Promise<void> {
    const [call] = this.upstream.splice(index % Math.max(1, this.upstream.length), 1);
    call?.gateway.act(() => call.hold.end());
    await settle();
  }

  /** It is known that a call does not need one of its slots. */
  async letGo(index: number): Promise<void> {
    const call = this.upstream[index % Math.max(1, this.upstream.length)];
    const [first, ...others] = call?.quotas ?? [];
    if (!call || !first || others.length === 0) return;
    call.quotas = others;
    call.gateway.act(() => call.hold.end((id) => id === first.quotaId));
    await settle();
  }

  inFlight(quota: SlotQuota): number {
    return this.upstream.filter(({ quotas }) => quotas.includes(quota)).length;
  }

  leased(quota: SlotQuota): number {
    return [...(this.leases.get(quota.quotaId)?.values() ?? [])].reduce(
      (sum, { slots }) => sum + slots,
      0,
    );
  }

  private take(index: number): Letter | undefined {
    return this.letters.splice(index % Math.max(1, this.letters.length), 1)[0];
  }

  private handle({ holder, sequence, quotas, waiting }: SlotsRequest): SlotsAnswer {
    const leasesOf = (id: string): Map<string, Lease> => {
      const leases = this.leases.get(id) ?? new Map<string, Lease>();
      this.leases.set(id, leases);
      return leases;
    };
    if (quotas.some(({ quotaId }) => (leasesOf(quotaId).get(holder)?.sequence ?? 0) >= sequence)) {
      return { outcome: 'superseded' };
    }
    const used = quotas.map(({ inUse }) => inUse);
    const base = quotas.map(({ quotaId, inUse, keeps }) =>
      Math.max(inUse, Math.min(keeps, leasesOf(quotaId).get(holder)?.slots ?? 0)),
    );
    const most = quotas.map(({ quotaId, limit, hard }, i) => {
      const others = [...leasesOf(quotaId)].filter(([name]) => name !== holder);
      const room = limit - others.reduce((sum, [, { slots }]) => sum + slots, 0);
      return hard ? Math.max(base[i] ?? 0, room) : Number.POSITIVE_INFINITY;
    });
    const wanted = used.map((inUse, i) =>
      waiting.reduce((sum, one) => sum + (one.quotas.includes(i) ? one.calls : 0), inUse),
    );
    for (const { quotas: indexes, calls } of waiting) {
      const free = indexes.map((i) => (most[i] ?? 0) - (used[i] ?? 0));
      const served = Math.max(0, Math.min(calls, ...free));
      for (const i of indexes) used[i] = (used[i] ?? 0) + served;
    }
    const slots = quotas.map(({ quotaId }, i) => {
      const has = Math.max(base[i] ?? 0, used[i] ?? 0);
      leasesOf(quotaId).set(holder, { slots: has, sequence, expiresAt: this.now + LEASE_MS });
      return { slots: has, isShort: (wanted[i] ?? 0) > (most[i] ?? 0), isFar: false };
    });
    return { outcome: 'held', leaseMs: LEASE_MS, quotas: slots };
  }

  /** Whoever did not renew is lost to the adapters too: they stop its calls first. */
  private freeExpired(): void {
    for (const leases of this.leases.values()) {
      for (const [holder, { expiresAt }] of leases) {
        if (expiresAt + FENCE_MS > this.now) continue;
        const lost = this.upstream.filter(({ gateway }) => gateway.name === holder);
        this.upstream = this.upstream.filter((call) => !lost.includes(call));
        for (const { gateway, hold } of lost) gateway.act(() => hold.end());
        leases.delete(holder);
      }
    }
  }
}

/** Lets promises that are due run. */
export const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export function slotQuotaOf(
  quotaId: string,
  limit: number,
  changes: Partial<SlotQuota> = {},
): SlotQuota {
  return { quotaId, scope: 'key', scopeId: quotaId, limit, hard: true, ...changes };
}
