import type { Metric } from '@tollgate/contracts';

/** An amount of every metric: pico-USD, tokens, requests. */
export interface Units {
  readonly cost: bigint;
  readonly tokens: bigint;
  readonly requests: bigint;
}

export const NOTHING: Units = Object.freeze({ cost: 0n, tokens: 0n, requests: 0n });

export const METRIC_ORDER = ['cost', 'tokens', 'requests'] as const satisfies readonly Metric[];

export function mapUnits(of: (metric: Metric) => bigint): Units {
  return { cost: of('cost'), tokens: of('tokens'), requests: of('requests') };
}

export const addUnits = (a: Units, b: Units): Units => mapUnits((m) => a[m] + b[m]);
export const subtractUnits = (a: Units, b: Units): Units => mapUnits((m) => a[m] - b[m]);
export const leastUnits = (a: Units, b: Units): Units => mapUnits((m) => least(a[m], b[m]));

/** Whether nothing is left of any metric. */
export const isNothing = (a: Units): boolean =>
  a.cost === 0n && a.tokens === 0n && a.requests === 0n;

export const least = (a: bigint, b: bigint): bigint => (a < b ? a : b);
export const greatest = (a: bigint, b: bigint): bigint => (a > b ? a : b);
