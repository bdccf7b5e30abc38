import { randomFillSync } from 'node:crypto';
import { createIdFactory, grantsRecalled } from '@tollgate/contracts';
import type { Messaging } from '@tollgate/messaging';
import type { Telemetry } from '@tollgate/telemetry';
import { BudgetMetrics } from './adapters/budget-metrics.ts';
import { Database } from './adapters/postgres/database.ts';
import { PostgresLedger } from './adapters/postgres/postgres-ledger.ts';
import { serverClock } from './adapters/postgres/server-clock.ts';
import { SettlementConsumer } from './adapters/settlement-consumer.ts';
import { Sweeper } from './adapters/sweeper.ts';
import { GrantDesk } from './application/grant-desk.ts';
import { ReadWindows } from './application/read-windows.ts';
import { ReturnGrants } from './application/return-grants.ts';
import { SettleRecords } from './application/settle-records.ts';
import { SweepGrants } from './application/sweep-grants.ts';
import { TellAlerts } from './application/tell-alerts.ts';
import { WaitingRoom } from './application/waiting-room.ts';
import type { BudgetSettings } from './budget.config.ts';
import { CalendarWindows } from './domain/calendar-window.ts';
import { Pauses } from './adapters/pauses.ts';
import { createSlotParts } from './slot-parts.ts';

const DAY_MS = 86_400_000;
const BOOKING_CONNECTIONS = 2;
const createId = createIdFactory({ now: Date.now, fillRandom: randomFillSync });

/** All that budget is made of, wired and not yet started. */
export type BudgetParts = ReturnType<typeof createBudgetParts>;

export function createBudgetParts(
  settings: BudgetSettings,
  messaging: Messaging,
  telemetry: Telemetry,
) {
  const { log } = telemetry;
  const now = Date.now;
  const pauses = new Pauses();
  const lease = { leaseMs: settings.TOLLGATE_GRANT_LEASE_MS, leastLeaseMs: 1_000 };
  const connect = (connections: number, statementTimeoutMs: number): Database =>
    new Database({
      url: settings.POSTGRES_URL,
      connections,
      connectTimeoutMs: 1_000,
      statementTimeoutMs,
      onError: (error) => log.warn({ err: error }, 'an idle connection to Postgres broke'),
    });
  // Asks are answered soon or not at all; batches of records take the time they take, and no connection of the asks.
  const askDatabase = connect(settings.TOLLGATE_BUDGET_CONNECTIONS - BOOKING_CONNECTIONS, 1_500);
  const bookDatabase = connect(BOOKING_CONNECTIONS, 20_000);
  const ledger = new PostgresLedger(askDatabase, lease);
  const books = new PostgresLedger(bookDatabase, lease);
  const waitingRoom = new WaitingRoom({
    room: (windowIds) => ledger.room(windowIds, now()),
    recall: (quotaIds) =>
      messaging.bus.broadcast(grantsRecalled, { quotaIds: [...quotaIds], at: now() }),
    now,
    pollMs: 50,
  });
  const desk = new GrantDesk({
    ledger,
    waitingRoom,
    windows: new CalendarWindows(),
    createId,
    now,
    aheadSeconds: 2,
    patienceMs: settings.TOLLGATE_GRANT_PATIENCE_MS,
    mostPending: 5_000,
  });
  const returns = new ReturnGrants({ ledger, now, onReturned: () => waitingRoom.wake() });
  const alerts = new TellAlerts(books);
  const windows = new ReadWindows(ledger, now);
  const metrics: BudgetMetrics = new BudgetMetrics(
    telemetry.metrics,
    () => desk.size,
    () => consumer.unsettled,
  );
  const settle = new SettleRecords({
    ledger: books,
    now,
    onBooked: () => waitingRoom.wake(),
    onCount: (counts) => metrics.countSettled(counts),
    onError: (error) => {
      metrics.settlementErrors.inc();
      log.warn({ err: error }, 'records could not be settled');
    },
    pause: (ms) => pauses.pause(ms),
  });
  const consumer = new SettlementConsumer(messaging.consumers, settle);
  const sweeper = new Sweeper({
    sweeps: new SweepGrants({
      ledger: books,
      progress: () => consumer.progress(),
      now,
      monotonicNow: () => performance.now(),
      serverNow: () => serverClock(bookDatabase),
      onDoubt: (why) => log.warn({ why }, 'no grant is released until clocks can be trusted again'),
      longestCallMs: settings.TOLLGATE_LONGEST_CALL_MS,
      fenceMs: 1_000,
      spoolDrainMs: settings.TOLLGATE_SPOOL_DRAIN_MS,
      keepMs: 7 * DAY_MS,
    }),
    everyMs: 1_000,
    onSwept: (counts) => {
      metrics.countSwept(counts);
      if (counts.closed > 0) waitingRoom.wake();
    },
    onError: (error) => log.warn({ err: error }, 'grants could not be swept'),
  });
  const slots = createSlotParts(settings, messaging, telemetry, {
    asks: askDatabase,
    sweeps: bookDatabase,
  });
  return {
    databases: [askDatabase, bookDatabase],
    isDatabaseUp: () => bookDatabase.isUp(),
    waitingRoom,
    desk,
    returns,
    windows,
    alerts,
    metrics,
    consumer,
    sweeper,
    pauses,
    slots,
  };
}
