/** What one holder has and wants of a quota. */
export interface SlotShare {
  readonly slots: number;
  /** Slots that its calls would fill: open ones, and those that wait for this quota. */
  readonly wanted: number;
  /** Since when it waits for a turn, milliseconds since the epoch; null while it does not. */
  readonly waitingSince: number | null;
  /** Heard of lately: slots are kept back for those alone that still ask. */
  readonly isFresh: boolean;
}

export interface OwnShare {
  readonly wanted: number;
  readonly waitingSince: number | null;
}

/** Idle slots are left with a holder only while this many times as many are free. */
export const FAR_SLOTS = 8;

/**
 * The highest level at which everybody may have as much as they want up to it: max–min fairness. Where all wishes fit, it
 * is the limit.
 */
export function fairLevel(limit: number, wanted: readonly number[]): number {
  if (wanted.reduce((sum, one) => sum + one, 0) <= limit) return limit;
  let left = limit;
  let count = wanted.length;
  for (const one of [...wanted].sort((a, b) => a - b)) {
    if (one * count > left) break;
    left -= one;
    count--;
  }
  return Math.floor(left / count);
}

/**
 * How many slots a holder may have, beside what the others have. Up to the fair level it takes what is free; beyond it only
 * what nobody waits for who has less, or has waited longer for one of the slots that do not divide evenly.
 */
export function allowedSlots(limit: number, own: OwnShare, others: readonly SlotShare[]): number {
  const room = limit - others.reduce((sum, { slots }) => sum + slots, 0);
  const level = fairLevel(limit, [own.wanted, ...others.map(({ wanted }) => wanted)]);
  const reserved = others.reduce((sum, other) => sum + owedTo(other, own, level), 0);
  const fair = Math.min(room, own.wanted, level);
  const spare = Math.min(own.wanted, room - reserved);
  return Math.max(0, fair, spare);
}

function owedTo(other: SlotShare, own: OwnShare, level: number): number {
  const { slots, wanted } = other;
  if (!other.isFresh || other.waitingSince === null || wanted <= slots) return 0;
  const toLevel = Math.max(0, Math.min(wanted, level) - slots);
  const isBefore = own.waitingSince === null || other.waitingSince < own.waitingSince;
  const turn = isBefore && wanted > level && slots <= level ? 1 : 0;
  return toLevel + turn;
}

/** Idle slots for calls to come, while the limit is far and nobody waits. */
export function slotsAhead(free: number, ahead: number, others: readonly SlotShare[]): number {
  const isAwaited = others.some((other) => other.isFresh && other.waitingSince !== null);
  return isAwaited ? 0 : Math.min(ahead, Math.max(0, Math.floor(free / FAR_SLOTS)));
}
