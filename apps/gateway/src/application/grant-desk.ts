import {
  type Failure,
  type GrantAnswer,
  type GrantRequest,
  type GrantsRecalled,
  type IdFactory,
  type Result,
  returnGrant,
  takeGrant,
} from '@tollgate/contracts';
import type { Bus } from '@tollgate/messaging';
import type { DrawAmounts } from '../domain/grants/amounts.ts';
import { GrantBook } from '../domain/grants/grant-book.ts';
import type { DrawDecision, GrantSubject, QuotaHolder } from '../domain/grants/grant-holder.ts';
import type { RateView } from '../domain/grants/rate-view.ts';
import type { Grants } from './ports.ts';

export interface GrantDeskOptions {
  readonly bus: Pick<Bus, 'instanceId' | 'request'>;
  readonly newId: IdFactory;
  readonly now: () => number;
}

const TICK_MS = 100;

/** The gateway's grants, leased from budget over the bus. */
export class GrantDesk implements Grants {
  private readonly book: GrantBook;
  private readonly subjects = new WeakMap<QuotaHolder, GrantSubject>();
  private readonly timer: NodeJS.Timeout;

  constructor(private readonly options: GrantDeskOptions) {
    const { bus, now } = options;
    this.book = new GrantBook({
      holder: bus.instanceId,
      now,
      ask: (request, deadlineAt) => this.ask(request, deadlineAt),
      giveBack: async (grant) => (await bus.request(returnGrant, grant)).ok,
    });
    this.timer = setInterval(() => this.book.tick(now()), TICK_MS).unref();
  }

  draw(
    owner: QuotaHolder,
    amounts: DrawAmounts,
    requestId: string,
    deadlineAt: number,
  ): DrawDecision | Promise<DrawDecision> {
    const { now } = this.options;
    return this.book.draw(this.subjectOf(owner), amounts, requestId, deadlineAt, now());
  }

  rates(owner: QuotaHolder): readonly RateView[] {
    return this.book.rates(this.subjectOf(owner), this.options.now());
  }

  recalled({ quotaIds }: GrantsRecalled): void {
    this.book.recall(quotaIds, this.options.now());
  }

  /** Gives everything back; draws after it are refused. */
  async drain(): Promise<void> {
    await this.book.drain();
    clearInterval(this.timer);
  }

  private ask(request: GrantRequest, deadlineAt: number): Promise<Result<GrantAnswer, Failure>> {
    const { requestId } = request;
    return this.options.bus.request(takeGrant, request, { requestId, deadlineAt });
  }

  /** A changed policy is another object, and so another subject. */
  private subjectOf(owner: QuotaHolder): GrantSubject {
    const known = this.subjects.get(owner);
    if (known) return known;
    const { organizationId, projectId, keyId, quotas, hidden } = owner;
    const id = this.options.newId('grant');
    const subject = { id, organizationId, projectId, keyId, quotas, hidden };
    this.subjects.set(owner, subject);
    return subject;
  }
}
