import type {
  Failure,
  Grant,
  GrantAnswer,
  GrantRequest,
  GrantReturn,
  QuotaDefinition,
  Result,
} from '@tollgate/contracts';
import type { GrantBookOptions, GrantSubject } from '../../src/domain/grants/grant-holder.ts';

type Answer = Result<GrantAnswer, Failure>;

/** A budget for tests: keeps what it was asked, and answers when told to. */
export class FakeBudget {
  now = 1_000_000;
  readonly asks: GrantRequest[] = [];
  readonly returned: GrantReturn[] = [];
  readonly grants = new Map<string, Grant>();
  isTold = true;
  private readonly open: ((answer: Answer) => void)[] = [];
  private names = 0;

  options(limits: GrantBookOptions['limits'] = {}): GrantBookOptions {
    return {
      holder: 'ins_1',
      ask: (request) => {
        this.asks.push(request);
        return new Promise((resolve) => this.open.push(resolve));
      },
      giveBack: (grant) => {
        this.returned.push(grant);
        return Promise.resolve(this.isTold);
      },
      now: () => this.now,
      limits,
    };
  }

  get unanswered(): number {
    return this.open.length;
  }

  async answer(answer: Answer): Promise<void> {
    this.open.shift()?.(answer);
    await settle();
  }

  /** Grants so many requests, at 1,000 pico-USD and ten tokens each. */
  async grant(requests: number, leaseMs = 10_000): Promise<string> {
    const grant = this.grantOf(requests, leaseMs);
    await this.answer({ ok: true, value: { outcome: 'granted', grant } });
    return grant.grantId;
  }

  async refuse(
    changes: { retryAfterMs?: number | null; reason?: 'exceeded' | 'rate_limited' } = {},
  ) {
    await this.answer({
      ok: true,
      value: {
        outcome: 'refused',
        reason: changes.reason ?? 'exceeded',
        quota: stateOf(0),
        retryAfterMs: changes.retryAfterMs ?? null,
      },
    });
  }

  grantOf(requests: number, leaseMs: number): Grant {
    const grant: Grant = {
      grantId: `grt_${this.names++}`,
      amounts: {
        costPicoUsd: (BigInt(requests) * 1_000n).toString(),
        tokens: requests * 10,
        requests,
      },
      expiresAt: this.now + leaseMs,
      quotas: [stateOf(500)],
    };
    this.grants.set(grant.grantId, grant);
    return grant;
  }
}

const stateOf = (remaining: number) => ({
  quotaId: 'quo_requests',
  windowId: 'win_1',
  metric: 'requests' as const,
  window: 'minute' as const,
  hard: true,
  limit: '1000',
  remaining: String(remaining),
  resetsAt: 1_060_000,
});

/** Lets promises that are due run. */
export const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export const ONE = { costPicoUsd: 1_000n, tokens: 10, requests: 1 };

export function subjectOf(id = 'key_1', changes: Partial<QuotaDefinition> = {}): GrantSubject {
  const quota: QuotaDefinition = {
    quotaId: 'quo_requests',
    scope: 'key',
    scopeId: id,
    metric: 'requests',
    window: 'minute',
    limit: '1000',
    currency: null,
    usdPerUnit: null,
    timezone: 'UTC',
    hard: true,
    alertPct: [],
    ...changes,
  };
  return { id, organizationId: 'org_1', projectId: 'prj_1', keyId: id, quotas: [quota] };
}
