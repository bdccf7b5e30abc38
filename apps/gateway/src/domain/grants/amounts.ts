import type { Amounts as WireAmounts, QuotaDefinition } from '@tollgate/contracts';

/** An upper bound of what a request may use: pico-USD, exact, and counts. */
export interface DrawAmounts {
  readonly costPicoUsd: bigint;
  readonly tokens: number;
  readonly requests: number;
}

/** Which metrics a policy limits; the others are not checked. */
export interface LimitedMetrics {
  readonly cost: boolean;
  readonly tokens: boolean;
  readonly requests: boolean;
}

export function limitedMetrics(quotas: readonly QuotaDefinition[]): LimitedMetrics {
  const limits = (metric: QuotaDefinition['metric']): boolean =>
    quotas.some((quota) => quota.metric === metric);
  return { cost: limits('cost'), tokens: limits('tokens'), requests: limits('requests') };
}

export function toWire(amounts: DrawAmounts): WireAmounts {
  return {
    costPicoUsd: amounts.costPicoUsd.toString(),
    tokens: amounts.tokens,
    requests: amounts.requests,
  };
}

/** Whether it needs at least as much of everything that is limited. */
export function isNoLess(
  amounts: DrawAmounts,
  than: DrawAmounts,
  limited: LimitedMetrics,
): boolean {
  return (
    (!limited.cost || amounts.costPicoUsd >= than.costPicoUsd) &&
    (!limited.tokens || amounts.tokens >= than.tokens) &&
    (!limited.requests || amounts.requests >= than.requests)
  );
}

export function sumOf(all: readonly { readonly amounts: DrawAmounts }[]): DrawAmounts {
  let costPicoUsd = 0n;
  let tokens = 0;
  let requests = 0;
  for (const { amounts } of all) {
    costPicoUsd += amounts.costPicoUsd;
    tokens += amounts.tokens;
    requests += amounts.requests;
  }
  return { costPicoUsd, tokens, requests };
}
