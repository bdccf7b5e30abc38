import type { Metric } from '@tollgate/contracts';
import { greatest, least, mapUnits, type Units } from './units.ts';

/** Far from the limit means that what is left would cover the request this many times, on every hard quota. */
export const FAR = 64n;

/** What a hard quota has left. */
export interface Room {
  readonly metric: Metric;
  readonly available: bigint;
}

/** `need` is the least that helps, `want` the sum of all that wait, `extra` how many mean requests more would be of use. */
export interface SliceAsk {
  readonly need: Units;
  readonly want: Units;
  readonly extra: bigint;
}

/** Whether the least that helps fits. A need of nothing fits even where a quota is overrun. */
export function fits(need: Units, room: Room): boolean {
  return need[room.metric] === 0n || need[room.metric] <= room.available;
}

/**
 * How much to grant when the need fits every room: the need at least; as much of the want as the tightest room has, all
 * metrics in the same proportion, so that a grant near the limit is whole requests; and more only while far from every
 * limit, a 64th of what is left at most, so that idle grants strand little.
 */
export function sizeSlice(ask: SliceAsk, rooms: readonly Room[]): Units {
  const { need, want } = ask;
  const per = greatest(want.requests, 1n);
  let share = 1n;
  let of = 1n;
  let extra = ask.extra;
  for (const { metric, available } of rooms) {
    const beyond = want[metric] - need[metric];
    const spare = greatest(available - need[metric], 0n);
    if (beyond > 0n && available < want[metric] && spare * of < share * beyond) {
      share = spare;
      of = beyond;
    }
    const left = available - want[metric];
    const mean = want[metric] / per;
    if (left < FAR * need[metric] || left < 0n) extra = 0n;
    else if (mean > 0n) extra = least(extra, left / (FAR * mean));
  }
  if (share < of) extra = 0n;
  return mapUnits(
    (metric) =>
      need[metric] + ((want[metric] - need[metric]) * share) / of + extra * (want[metric] / per),
  );
}
