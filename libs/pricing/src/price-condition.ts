import type { ConditionalPrice } from '@pydantic/genai-prices';

/** When a price holds. Times are milliseconds since the epoch, or since midnight UTC. */
export type PriceCondition =
  | { readonly kind: 'always' }
  | { readonly kind: 'from'; readonly startMs: number }
  | { readonly kind: 'daily'; readonly startMs: number; readonly endMs: number };

const DAY_MS = 86_400_000;

/** Reads the catalogue's condition on a price: a start date, or a daily window given as two times with their offset. */
export function readCondition(constraint: ConditionalPrice['constraint']): PriceCondition {
  if (!constraint) return { kind: 'always' };
  if (constraint.type === 'start_date') {
    return { kind: 'from', startMs: Date.parse(constraint.start_date) };
  }
  const { start_time: start, end_time: end } = constraint;
  return { kind: 'daily', startMs: timeOfDay(start), endMs: timeOfDay(end) };
}

/** Whether a condition is met at an instant (milliseconds since the epoch). A window may run over midnight. */
export function holdsAt(condition: PriceCondition, atMs: number): boolean {
  switch (condition.kind) {
    case 'always':
      return true;
    case 'from':
      return atMs >= condition.startMs;
    case 'daily': {
      const { startMs, endMs } = condition;
      const at = sinceMidnight(atMs);
      return endMs < startMs ? at >= startMs || at < endMs : at >= startMs && at < endMs;
    }
  }
}

function timeOfDay(time: string): number {
  return sinceMidnight(Date.parse(`1970-01-02T${time}`));
}

function sinceMidnight(atMs: number): number {
  return ((atMs % DAY_MS) + DAY_MS) % DAY_MS;
}
