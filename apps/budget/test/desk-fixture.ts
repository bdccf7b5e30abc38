import type { GrantRequest, QuotaDefinition } from '@tollgate/contracts';
import { GrantDesk } from '../src/application/grant-desk.ts';
import type { Ledger } from '../src/application/ledger.ts';
import { ReturnGrants } from '../src/application/return-grants.ts';
import { SettleRecords } from '../src/application/settle-records.ts';
import { WaitingRoom } from '../src/application/waiting-room.ts';
import { CalendarWindows } from '../src/domain/calendar-window.ts';
import { createId } from './ledger-fixture.ts';

export interface Instance {
  readonly desk: GrantDesk;
  readonly returns: ReturnGrants;
  readonly settle: SettleRecords;
  readonly recalled: string[];
  readonly errors: unknown[];
  close(): void;
}

/** A budget instance without the bus. */
export function instanceOn(
  ledger: Ledger,
  options: {
    patienceMs?: number;
    now?: () => number;
    onRecall?: (ids: readonly string[]) => void;
  } = {},
): Instance {
  const now = options.now ?? Date.now;
  const recalled: string[] = [];
  const errors: unknown[] = [];
  const waitingRoom = new WaitingRoom({
    room: (ids) => ledger.room(ids, now()),
    recall: (ids) => {
      recalled.push(...ids);
      options.onRecall?.(ids);
    },
    now,
    pollMs: 50,
  });
  return {
    desk: new GrantDesk({
      ledger,
      waitingRoom,
      windows: new CalendarWindows(),
      createId,
      now,
      aheadSeconds: 2,
      patienceMs: options.patienceMs ?? 300,
      mostPending: 5_000,
    }),
    returns: new ReturnGrants({ ledger, now, onReturned: () => waitingRoom.wake() }),
    settle: new SettleRecords({
      ledger,
      now,
      onBooked: () => waitingRoom.wake(),
      onCount: () => undefined,
      onError: (error) => void errors.push(error),
      pause: () => Promise.resolve(),
    }),
    recalled,
    errors,
    close: () => waitingRoom.close(),
  };
}

/** An ask for one request under these quotas. */
export function askFor(
  quotas: readonly QuotaDefinition[],
  changes: Partial<GrantRequest> = {},
): GrantRequest {
  const one = { costPicoUsd: '1000', tokens: 10, requests: 1 };
  return {
    requestId: createId('request'),
    organizationId: 'org_1',
    projectId: 'prj_1',
    keyId: 'key_1',
    holder: 'ins_1',
    quotas: [...quotas],
    need: one,
    want: one,
    ratePerSecond: 0,
    ...changes,
  };
}

export const inSeconds = (seconds: number): number => Date.now() + seconds * 1_000;
