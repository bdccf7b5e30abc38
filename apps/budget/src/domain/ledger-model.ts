import type { Metric } from '@tollgate/contracts';
import { fits, type Room, type SliceAsk, sizeSlice } from './slice.ts';
import {
  addUnits,
  greatest,
  isNothing,
  leastUnits,
  mapUnits,
  NOTHING,
  subtractUnits,
  type Units,
} from './units.ts';

/**
 * The ledger as a pure state machine: what the statements in `migrations/sql` must do, without Postgres.
 * Property tests drive both with the same commands.
 */
export interface LedgerState {
  readonly windows: ReadonlyMap<string, ModelWindow>;
  readonly grants: ReadonlyMap<string, ModelGrant>;
  /** Requests that are settled. */
  readonly requests: ReadonlySet<string>;
}

export interface ModelWindow {
  readonly metric: Metric;
  /** `platform`: counts what connections of the operator's used. Missing: everything. */
  readonly access?: 'platform';
  readonly hard: boolean;
  readonly limit: bigint;
  readonly settled: bigint;
  readonly granted: bigint;
}

export interface ModelGrant {
  readonly windowIds: readonly string[];
  readonly state: 'open' | 'returned' | 'expired' | 'closed';
  readonly amounts: Units;
  /** What it still holds of its windows. */
  readonly held: Units;
  readonly closesAfter: number | null;
}

export interface ModelRecord {
  readonly requestId: string;
  readonly grantId: string;
  readonly draw: Units;
  readonly used: Units;
  /** Part of it that connections of the operator's used. */
  readonly usedByPlatform: Units;
}

export type LedgerCommand =
  | {
      readonly kind: 'take';
      readonly grantId: string;
      readonly windowIds: readonly string[];
      readonly ask: SliceAsk;
    }
  | { readonly kind: 'return'; readonly grantId: string; readonly drawn: Units }
  | { readonly kind: 'expire'; readonly grantId: string }
  | { readonly kind: 'stamp'; readonly lastSequence: number }
  | { readonly kind: 'close'; readonly ackFloor: number }
  | { readonly kind: 'settle'; readonly records: readonly ModelRecord[] }
  /** Whoever carried it out died before it was committed. */
  | { readonly kind: 'crash'; readonly command: LedgerCommand };

const NO_USE = { used: NOTHING, usedByPlatform: NOTHING };

export function applyCommand(state: LedgerState, command: LedgerCommand): LedgerState {
  switch (command.kind) {
    case 'take':
      return take(state, command.grantId, command.windowIds, command.ask);
    case 'return':
      return giveBack(state, command.grantId, command.drawn);
    case 'expire':
      return changeGrant(state, command.grantId, (grant) =>
        grant.state === 'open' ? { ...grant, state: 'expired' } : grant,
      );
    case 'stamp':
      return changeEnded(state, (grant) =>
        grant.closesAfter === null ? { ...grant, closesAfter: command.lastSequence } : grant,
      );
    case 'close':
      return close(state, command.ackFloor);
    case 'settle':
      return command.records.reduce(settle, state);
    case 'crash':
      return state;
  }
}

function take(
  state: LedgerState,
  grantId: string,
  windowIds: readonly string[],
  ask: SliceAsk,
): LedgerState {
  // An ask that is carried out twice is granted once.
  if (state.grants.has(grantId)) return state;
  const rooms: Room[] = [];
  const metrics = new Set<Metric>();
  for (const id of windowIds) {
    const window = state.windows.get(id);
    if (!window) return state;
    metrics.add(window.metric);
    const available = window.limit - window.settled - window.granted;
    if (window.hard) rooms.push({ metric: window.metric, available });
  }
  if (rooms.some((room) => !fits(ask.need, room))) return state;
  const amounts = sizeSlice(ask, rooms);
  const held = mapUnits((metric) => (metrics.has(metric) ? amounts[metric] : 0n));
  const grant: ModelGrant = { windowIds, state: 'open', amounts, held, closesAfter: null };
  const granted = { ...state, grants: new Map(state.grants).set(grantId, grant) };
  return moveWindows(granted, windowIds, NO_USE, held);
}

function giveBack(state: LedgerState, grantId: string, drawn: Units): LedgerState {
  const grant = state.grants.get(grantId);
  if (!grant || grant.state === 'returned' || grant.state === 'closed') return state;
  const undrawn = mapUnits((metric) => greatest(grant.amounts[metric] - drawn[metric], 0n));
  const freed = leastUnits(undrawn, grant.held);
  const returned = free(state, grantId, freed);
  return changeGrant(returned, grantId, (after) => ({
    ...after,
    state: isNothing(after.held) ? 'closed' : 'returned',
    closesAfter: null,
  }));
}

function settle(state: LedgerState, record: ModelRecord): LedgerState {
  if (state.requests.has(record.requestId)) return state;
  const booked = { ...state, requests: new Set(state.requests).add(record.requestId) };
  const grant = state.grants.get(record.grantId);
  if (!grant) return booked;
  const freed = leastUnits(record.draw, grant.held);
  const moved = free(booked, record.grantId, freed);
  const settled = moveWindows(moved, grant.windowIds, record, NOTHING);
  return changeGrant(settled, record.grantId, (after) =>
    isNothing(after.held) ? { ...after, state: 'closed' } : after,
  );
}

function close(state: LedgerState, ackFloor: number): LedgerState {
  let next = state;
  for (const [id, grant] of state.grants) {
    if (!isEnded(grant) || grant.closesAfter === null || grant.closesAfter > ackFloor) continue;
    next = changeGrant(free(next, id, grant.held), id, (after) => ({ ...after, state: 'closed' }));
  }
  return next;
}

/** Lets a grant go of some of what it holds. */
function free(state: LedgerState, grantId: string, freed: Units): LedgerState {
  const grant = state.grants.get(grantId);
  if (!grant) return state;
  const changed = changeGrant(state, grantId, (before) => ({
    ...before,
    held: subtractUnits(before.held, freed),
  }));
  return moveWindows(changed, grant.windowIds, NO_USE, subtractUnits(NOTHING, freed));
}

function moveWindows(
  state: LedgerState,
  windowIds: readonly string[],
  { used, usedByPlatform }: Pick<ModelRecord, 'used' | 'usedByPlatform'>,
  granted: Units,
): LedgerState {
  const windows = new Map(state.windows);
  for (const id of windowIds) {
    const window = windows.get(id);
    if (!window) continue;
    const settled = window.access === 'platform' ? usedByPlatform : used;
    windows.set(id, {
      ...window,
      settled: window.settled + settled[window.metric],
      granted: window.granted + granted[window.metric],
    });
  }
  return { ...state, windows };
}

function changeGrant(
  state: LedgerState,
  grantId: string,
  change: (grant: ModelGrant) => ModelGrant,
): LedgerState {
  const grant = state.grants.get(grantId);
  if (!grant) return state;
  return { ...state, grants: new Map(state.grants).set(grantId, change(grant)) };
}

function changeEnded(state: LedgerState, change: (grant: ModelGrant) => ModelGrant): LedgerState {
  const grants = new Map(state.grants);
  for (const [id, grant] of grants) if (isEnded(grant)) grants.set(id, change(grant));
  return { ...state, grants };
}

const isEnded = (grant: ModelGrant): boolean =>
  grant.state === 'returned' || grant.state === 'expired';

/** What each window should have granted: the sum of what the grants that name it hold. */
export function heldByGrants(state: LedgerState): ReadonlyMap<string, bigint> {
  const sums = new Map<string, Units>();
  for (const grant of state.grants.values()) {
    for (const id of grant.windowIds) sums.set(id, addUnits(sums.get(id) ?? NOTHING, grant.held));
  }
  return new Map(
    [...state.windows].map(([id, window]) => [id, (sums.get(id) ?? NOTHING)[window.metric]]),
  );
}
