import { allowedSlots, fairLevel, type SlotShare, slotsAhead } from './share-slots.ts';

/**
 * Leases of slots as a pure state machine: what `budget.hold_slots` must do, without Postgres. Property tests drive both
 * with the same commands.
 */
export type SlotState = ReadonlyMap<string, ReadonlyMap<string, SlotLease>>;

/** Times are milliseconds since the epoch. */
export interface SlotLease {
  readonly slots: number;
  readonly wanted: number;
  readonly sequence: number;
  readonly waitingSince: number | null;
  readonly toldAt: number;
  readonly expiresAt: number;
}

/** See `slotsRequest` of the contracts. Quotas stand in the order of their ids, each once. */
export interface HoldCommand {
  readonly holder: string;
  readonly sequence: number;
  readonly quotas: readonly {
    readonly quotaId: string;
    readonly limit: number;
    readonly hard: boolean;
    readonly inUse: number;
    readonly keeps: number;
    readonly ahead: number;
  }[];
  readonly waiting: readonly { readonly quotas: readonly number[]; readonly calls: number }[];
}

/** What became of one quota. */
export interface HeldQuota {
  readonly quotaId: string;
  readonly slots: number;
  /** It keeps some of the holder's calls out. */
  readonly isShort: boolean;
  readonly isFar: boolean;
  /** Others should go down to this many; null: there is no need. */
  readonly share: number | null;
  /** Somebody else waits for what came back. */
  readonly isFreed: boolean;
}

export interface SlotTimes {
  readonly leaseMs: number;
  /** Who has not asked for so long waits no more; milliseconds. */
  readonly freshMs: number;
}

type Quota = HoldCommand['quotas'][number];

interface Desk {
  readonly quota: Quota;
  readonly own: SlotLease | undefined;
  readonly others: readonly SlotShare[];
  readonly wanted: number;
  /** What it has in any case. */
  readonly base: number;
  readonly allowed: number;
  used: number;
}

/** @returns the state after it, and null where a later command of the holder was there before */
export function holdSlots(
  state: SlotState,
  command: HoldCommand,
  now: number,
  times: SlotTimes,
): { readonly state: SlotState; readonly held: readonly HeldQuota[] | null } {
  const desks = command.quotas.map((quota, index) =>
    openDesk(state, command, quota, index, now, times),
  );
  if (desks.some(({ own }) => own !== undefined && own.sequence >= command.sequence)) {
    return { state, held: null };
  }
  for (const { quotas, calls } of command.waiting) {
    const asked = quotas.flatMap((index) => desks[index] ?? []);
    const free = asked.filter(({ quota }) => quota.hard).map((desk) => freeOf(desk));
    const served = Math.max(0, Math.min(calls, ...free));
    for (const desk of asked) desk.used += served;
  }
  const next = new Map(state);
  const held = desks.map((desk) => {
    const { lease, answer } = close(desk, command, now, times);
    const leases = new Map(next.get(desk.quota.quotaId));
    leases.delete(command.holder);
    if (lease.slots > 0 || lease.wanted > 0) leases.set(command.holder, lease);
    next.set(desk.quota.quotaId, leases);
    return answer;
  });
  return { state: next, held };
}

/** Frees what nobody has renewed since before then. */
export function freeExpired(state: SlotState, before: number): SlotState {
  return new Map(
    [...state].map(([id, leases]) => [
      id,
      new Map([...leases].filter(([, { expiresAt }]) => expiresAt >= before)),
    ]),
  );
}

function openDesk(
  state: SlotState,
  { holder, waiting }: HoldCommand,
  quota: Quota,
  index: number,
  now: number,
  { freshMs }: SlotTimes,
): Desk {
  const leases = state.get(quota.quotaId) ?? new Map<string, SlotLease>();
  const own = leases.get(holder);
  const others = [...leases]
    .filter(([name]) => name !== holder)
    .map(([, lease]) => ({ ...lease, isFresh: lease.toldAt > now - freshMs }));
  const calls = waiting.reduce((sum, one) => sum + (one.quotas.includes(index) ? one.calls : 0), 0);
  const wanted = quota.inUse + calls;
  const base = Math.max(quota.inUse, Math.min(quota.keeps, own?.slots ?? 0));
  const allowed = quota.hard
    ? allowedSlots(quota.limit, { wanted, waitingSince: own?.waitingSince ?? null }, others)
    : wanted;
  return { quota, own, others, wanted, base, allowed, used: quota.inUse };
}

const freeOf = ({ allowed, base, used }: Desk): number => Math.max(allowed, base) - used;

function close(desk: Desk, command: HoldCommand, now: number, { leaseMs }: SlotTimes) {
  const { quota, own, others, base, allowed, used } = desk;
  const free = quota.limit - others.reduce((sum, { slots }) => sum + slots, 0) - used;
  const ahead = quota.hard ? slotsAhead(free, quota.ahead, others) : 0;
  const slots = Math.max(base, used + ahead);
  // Only what this quota itself keeps out counts as wanted of it.
  const wanted = allowed < desk.wanted ? desk.wanted : used;
  const isServed = used > quota.inUse;
  const waitingSince = wanted <= slots ? null : isServed ? now : (own?.waitingSince ?? now);
  const lease: SlotLease = {
    slots,
    wanted,
    sequence: command.sequence,
    waitingSince,
    toldAt: now,
    expiresAt: now + leaseMs,
  };
  const isShort = quota.hard && allowed < desk.wanted;
  const isRecalled = isShort && others.some((other) => other.slots > 0);
  const answer: HeldQuota = {
    quotaId: quota.quotaId,
    slots,
    isShort,
    isFar: !quota.hard || slotsAhead(free, 1, others) > 0,
    share: isRecalled
      ? fairLevel(quota.limit, [desk.wanted, ...others.map((other) => other.wanted)])
      : null,
    isFreed:
      slots < (own?.slots ?? 0) &&
      others.some((other) => other.isFresh && other.waitingSince !== null),
  };
  return { lease, answer };
}

/** What all holders together have of a quota. */
export function slotsHeld(state: SlotState, quotaId: string): number {
  return [...(state.get(quotaId)?.values() ?? [])].reduce((sum, { slots }) => sum + slots, 0);
}
