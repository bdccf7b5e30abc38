import type { Draw, Grant, GrantReturn } from '@tollgate/contracts';
import type { DrawAmounts, LimitedMetrics } from './amounts.ts';

/** What is left of it is low below this share: then the next one is asked for ahead of need. */
const LOW_SHARE = 4;

/** A grant in the hands of its holder: what is left to draw, and until when. */
export class Slice {
  readonly grantId: string;
  /** No draws from then on, by the holder's clock. Milliseconds since the epoch. */
  readonly usableUntil: number;
  private costLeft: bigint;
  private tokensLeft: number;
  private requestsLeft: number;
  private readonly costGiven: bigint;
  private readonly lowCost: bigint;

  constructor(
    private readonly grant: Grant,
    private readonly limited: LimitedMetrics,
    /** It was given more than was asked for: the limits are far. */
    readonly isAhead: boolean,
    usableUntil: number,
    /** From then on it is time for the next one, whatever is left of it. */
    private readonly renewFrom: number,
  ) {
    this.grantId = grant.grantId;
    this.usableUntil = usableUntil;
    this.costGiven = BigInt(grant.amounts.costPicoUsd);
    this.costLeft = this.costGiven;
    this.tokensLeft = grant.amounts.tokens;
    this.requestsLeft = grant.amounts.requests;
    this.lowCost = this.costGiven / BigInt(LOW_SHARE);
  }

  covers(amounts: DrawAmounts, nowMs: number): boolean {
    const { limited } = this;
    return (
      nowMs < this.usableUntil &&
      (!limited.requests || amounts.requests <= this.requestsLeft) &&
      (!limited.tokens || amounts.tokens <= this.tokensLeft) &&
      (!limited.cost || amounts.costPicoUsd <= this.costLeft)
    );
  }

  /** Only what it covers may be drawn. */
  draw(amounts: DrawAmounts): Draw {
    this.costLeft -= amounts.costPicoUsd;
    this.tokensLeft -= amounts.tokens;
    this.requestsLeft -= amounts.requests;
    return {
      grantId: this.grantId,
      amounts: {
        costPicoUsd: amounts.costPicoUsd.toString(),
        tokens: amounts.tokens,
        requests: amounts.requests,
      },
    };
  }

  /** Whether it is time for the next one. */
  isLow(nowMs: number): boolean {
    const { limited, grant } = this;
    return (
      nowMs >= this.renewFrom ||
      (limited.requests && this.requestsLeft * LOW_SHARE < grant.amounts.requests) ||
      (limited.tokens && this.tokensLeft * LOW_SHARE < grant.amounts.tokens) ||
      (limited.cost && this.costLeft < this.lowCost)
    );
  }

  /** Whether there is nothing to give back. */
  isSpent(): boolean {
    const { limited } = this;
    return (
      (!limited.requests || this.requestsLeft <= 0) &&
      (!limited.tokens || this.tokensLeft <= 0) &&
      (!limited.cost || this.costLeft <= 0n)
    );
  }

  /** What is left, never below nothing. */
  left(metric: 'cost' | 'tokens' | 'requests'): bigint {
    switch (metric) {
      case 'cost':
        return this.costLeft > 0n ? this.costLeft : 0n;
      case 'tokens':
        return BigInt(Math.max(0, this.tokensLeft));
      case 'requests':
        return BigInt(Math.max(0, this.requestsLeft));
    }
  }

  /** What the budget service is told at its end. */
  toReturn(): GrantReturn {
    return {
      grantId: this.grantId,
      drawn: {
        costPicoUsd: (this.costGiven - this.costLeft).toString(),
        tokens: this.grant.amounts.tokens - this.tokensLeft,
        requests: this.grant.amounts.requests - this.requestsLeft,
      },
    };
  }
}
