import type { Failure, GrantAnswer, GrantRequest, IdFactory } from '@tollgate/contracts';
import { failure } from '@tollgate/contracts';
import type { CalendarWindows } from '../domain/calendar-window.ts';
import { isBucket } from '../domain/quota-kind.ts';
import { NOTHING, type Units } from '../domain/units.ts';
import { grantedAnswer, isOnlyHeld, refusedAnswer } from './grant-answers.ts';
import type { AskOutcome, GrantAsk, Ledger, OpenQuota, TakeOutcome } from './ledger.ts';
import { LedgerUnavailableError } from './ledger.ts';
import type { WaitingRoom } from './waiting-room.ts';

/** Told instead of an answer: the ask could not be decided. */
export class UndecidedError extends Error {
  constructor(readonly failure: Failure) {
    super(failure.internal ?? failure.code);
  }
}

export interface GrantDeskOptions {
  readonly ledger: Ledger;
  readonly waitingRoom: WaitingRoom;
  readonly windows: CalendarWindows;
  readonly createId: IdFactory;
  readonly now: () => number;
  /** Far from the limit a grant covers this much traffic; seconds. */
  readonly aheadSeconds: number;
  /** The longest wait for grants of others; milliseconds. */
  readonly patienceMs: number;
  /** Asks that wait in this instance, for the database or for others; beyond it they are turned away. */
  readonly mostPending: number;
}

interface Pending {
  readonly request: GrantRequest;
  readonly giveUpAt: number;
  readonly deadlineAt: number;
  readonly resolve: (answer: GrantAnswer) => void;
  readonly reject: (error: Error) => void;
}

/** Asks on the same quotas: one transaction at a time, for all that wait. */
interface Lane {
  readonly queue: Pending[];
  isRunning: boolean;
}

const MOST_IN_ONE_TRANSACTION = 64;
const RETRY_AFTER_MS = 1_000;
/** Time to carry the answer back. */
const ANSWER_MS = 200;
const MOST_REQUESTS_A_SECOND = 100_000;
/** A bucket stands in one row. */
const FOR_EVER = { startsAt: 0, endsAt: null };

/** Takes grants. Asks of one key that arrive together share a transaction. */
export class GrantDesk {
  private readonly lanes = new Map<string, Lane>();
  private pending = 0;

  constructor(private readonly options: GrantDeskOptions) {}

  /** How many asks wait, for the database or for grants of others. */
  get size(): number {
    return this.pending;
  }

  /**
   * @param deadlineAt milliseconds since the epoch
   * @throws UndecidedError with `budget.unavailable` or `bus.deadline_exceeded`
   */
  async take(request: GrantRequest, deadlineAt: number): Promise<GrantAnswer> {
    if (this.pending >= this.options.mostPending) throw unavailable('too many asks wait');
    this.pending++;
    try {
      return await new Promise<GrantAnswer>((resolve, reject) => {
        const giveUpAt = Math.min(
          this.options.now() + this.options.patienceMs,
          deadlineAt - ANSWER_MS,
        );
        this.enqueue({ request, giveUpAt, deadlineAt, resolve, reject });
      });
    } finally {
      this.pending--;
    }
  }

  private enqueue(pending: Pending): void {
    const key = JSON.stringify(pending.request.quotas);
    let lane = this.lanes.get(key);
    if (!lane) this.lanes.set(key, (lane = { queue: [], isRunning: false }));
    lane.queue.push(pending);
    if (!lane.isRunning) void this.run(key, lane);
  }

  private async run(key: string, lane: Lane): Promise<void> {
    lane.isRunning = true;
    while (lane.queue.length > 0) {
      await this.decide(lane.queue.splice(0, MOST_IN_ONE_TRANSACTION));
    }
    this.lanes.delete(key);
  }

  private async decide(batch: readonly Pending[]): Promise<void> {
    const now = this.options.now();
    const inTime = batch.filter((pending) => now < pending.deadlineAt);
    for (const late of batch) {
      if (now >= late.deadlineAt) late.reject(new UndecidedError(failure('bus.deadline_exceeded')));
    }
    const [first] = inTime;
    if (!first) return;
    try {
      const asks = inTime.map((pending) => this.askOf(pending.request));
      const quotas = this.openQuotas(first.request, now);
      const taken = await this.options.ledger.takeGrants(quotas, asks, now);
      inTime.forEach((pending, index) => {
        const outcome = taken.answers[index];
        const ask = asks[index];
        if (outcome && ask) this.answer(pending, ask, taken, outcome);
      });
    } catch (error) {
      const told = error instanceof LedgerUnavailableError ? unavailable(error.message) : error;
      for (const pending of inTime) pending.reject(asError(told));
    }
  }

  private answer(pending: Pending, ask: GrantAsk, taken: TakeOutcome, outcome: AskOutcome): void {
    const now = this.options.now();
    if (outcome.outcome === 'granted') {
      if (now < pending.deadlineAt)
        return pending.resolve(grantedAnswer(taken, outcome, ask.grantId, now));
      this.takeBack(ask.grantId, now);
      return pending.reject(new UndecidedError(failure('bus.deadline_exceeded')));
    }
    const refuse = (): void => pending.resolve(refusedAnswer(taken, outcome, now));
    if (!isOnlyHeld(outcome) || now >= pending.giveUpAt) return refuse();
    const windows = outcome.blocks.map(({ window, need }) => ({
      state: taken.windows[window],
      need,
    }));
    this.options.waitingRoom.add({
      needs: windows.map(({ state, need }) => ({ windowId: state?.windowId ?? '', need })),
      quotaIds: windows.map(({ state }) => state?.quotaId ?? ''),
      giveUpAt: Math.min(
        pending.giveUpAt,
        ...windows.map(({ state }) => state?.resetsAt ?? Number.POSITIVE_INFINITY),
      ),
      onChange: () => this.enqueue(pending),
      // A window that ended makes place for the next one; and what is told at the end is how things are then.
      onGiveUp: (isOver) => (isOver ? refuse() : this.enqueue(pending)),
    });
  }

  /** Nobody waits for the answer any more. If this fails, the grant expires. */
  private takeBack(grantId: string, now: number): void {
    this.options.ledger.returnGrant(grantId, NOTHING, now).catch(() => undefined);
  }

  private openQuotas(request: GrantRequest, now: number): readonly OpenQuota[] {
    const seen = new Set<string>();
    const open: OpenQuota[] = [];
    for (const quota of request.quotas) {
      const name = `${quota.quotaId} ${quota.metric} ${quota.window}`;
      if (seen.has(name)) continue;
      seen.add(name);
      const { startsAt, endsAt } = isBucket(quota)
        ? FOR_EVER
        : this.options.windows.at(quota.window, quota.timezone, now);
      open.push({ windowId: this.options.createId('window'), quota, startsAt, endsAt });
    }
    return open;
  }

  private askOf(request: GrantRequest): GrantAsk {
    const rate = Math.min(request.ratePerSecond, MOST_REQUESTS_A_SECOND);
    const need = unitsOf(request.need);
    const want = unitsOf(request.want);
    return {
      grantId: this.options.createId('grant'),
      holder: request.holder,
      organizationId: request.organizationId,
      projectId: request.projectId,
      keyId: request.keyId,
      slice: {
        need,
        want: {
          cost: want.cost > need.cost ? want.cost : need.cost,
          tokens: want.tokens > need.tokens ? want.tokens : need.tokens,
          requests: want.requests > need.requests ? want.requests : need.requests,
        },
        extra: BigInt(Math.floor(rate * this.options.aheadSeconds)),
      },
    };
  }
}

/** @param amounts as they stand on the wire */
export function unitsOf(amounts: GrantRequest['need']): Units {
  return {
    cost: BigInt(amounts.costPicoUsd),
    tokens: BigInt(amounts.tokens),
    requests: BigInt(amounts.requests),
  };
}

function unavailable(internal: string): UndecidedError {
  return new UndecidedError(
    failure('budget.unavailable', { internal, retryAfterMs: RETRY_AFTER_MS }),
  );
}

function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
