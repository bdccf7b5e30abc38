import type { Failure, Result, SlotsAnswer, SlotsRequest } from '@tollgate/contracts';

/** A budget that leases up to each limit, all or nothing, to the only gateway there is. */
export function lendTo(): (asked: SlotsRequest) => Result<SlotsAnswer, Failure> {
  return ({ quotas, waiting }) => {
    const used = quotas.map(({ inUse }) => inUse);
    const most = quotas.map(({ limit, hard, inUse }) => (hard ? Math.max(limit, inUse) : Infinity));
    const wanted = quotas.map(({ inUse }, i) =>
      waiting.reduce((sum, one) => sum + (one.quotas.includes(i) ? one.calls : 0), inUse),
    );
    for (const { quotas: indexes, calls } of waiting) {
      const free = indexes.map((i) => (most[i] ?? 0) - (used[i] ?? 0));
      const served = Math.max(0, Math.min(calls, ...free));
      for (const i of indexes) used[i] = (used[i] ?? 0) + served;
    }
    const held = quotas.map(({ keeps }, i) => ({
      slots: Math.max(keeps, used[i] ?? 0),
      isShort: (wanted[i] ?? 0) > (most[i] ?? 0),
      isFar: false,
    }));
    return { ok: true, value: { outcome: 'held', leaseMs: 10_000, quotas: held } };
  };
}
