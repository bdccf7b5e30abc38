import type { QuotaWindow } from '@tollgate/contracts';

/** A stretch of time, in milliseconds since the epoch: from `startsAt` up to, and without, `endsAt`. Null: for ever. */
export interface CalendarWindow {
  readonly startsAt: number;
  readonly endsAt: number | null;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
const MAX_CACHED = 4_096;

/** Where the wall clock stands in a time zone. */
interface LocalDate {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
}

/**
 * The calendar window that an instant lies in. Windows of one kind and zone follow each other without gap or overlap,
 * across daylight saving too: a day may have 23 or 25 hours, an hour is cut where the clock jumps.
 * Throws RangeError for a time zone that is not IANA's.
 */
export function windowAt(kind: QuotaWindow, timezone: string, nowMs: number): CalendarWindow {
  switch (kind) {
    case 'total':
      return { startsAt: 0, endsAt: null };
    case 'minute':
      return clockWindow(MINUTE_MS, timezone, nowMs);
    case 'hour':
      return clockWindow(HOUR_MS, timezone, nowMs);
    case 'day':
      return dateWindow(timezone, nowMs, sameDay, nextDay);
    case 'month':
      return dateWindow(timezone, nowMs, firstOfMonth, firstOfNextMonth);
  }
}

/** Remembers the window that each kind and zone is in, so that a time zone is computed once a window. */
export class CalendarWindows {
  private readonly current = new Map<string, CalendarWindow>();

  at(kind: QuotaWindow, timezone: string, nowMs: number): CalendarWindow {
    const key = `${kind} ${timezone}`;
    const known = this.current.get(key);
    if (known && known.startsAt <= nowMs && (known.endsAt === null || nowMs < known.endsAt)) {
      return known;
    }
    if (this.current.size >= MAX_CACHED) this.current.clear();
    const window = windowAt(kind, timezone, nowMs);
    this.current.set(key, window);
    return window;
  }
}

/** A window of fixed length on the local clock, cut where the zone's offset changes. */
function clockWindow(lengthMs: number, timezone: string, nowMs: number): CalendarWindow {
  const offset = offsetAt(timezone, nowMs);
  const floor = Math.floor((nowMs + offset) / lengthMs) * lengthMs - offset;
  const end = floor + lengthMs;
  const startsAt =
    offsetAt(timezone, floor) === offset ? floor : offsetChange(timezone, floor, nowMs);
  const endsAt =
    offsetAt(timezone, end - 1) === offset ? end : offsetChange(timezone, nowMs, end - 1);
  return { startsAt, endsAt };
}

/** The first instant after `from`, up to `to`, with the offset of `to`. */
function offsetChange(timezone: string, from: number, to: number): number {
  const offset = offsetAt(timezone, to);
  return firstInstant(from, to, (instant) => offsetAt(timezone, instant) === offset);
}

function dateWindow(
  timezone: string,
  nowMs: number,
  first: (date: LocalDate) => LocalDate,
  after: (date: LocalDate) => LocalDate,
): CalendarWindow {
  const today = localDate(timezone, nowMs);
  const startsAt = startOf(timezone, first(today));
  const endsAt = startOf(timezone, after(today));
  if (nowMs < endsAt) return { startsAt, endsAt };
  // The clock went back over midnight: the new day has begun already.
  const tomorrow = localDate(timezone, endsAt);
  return { startsAt: endsAt, endsAt: startOf(timezone, after(tomorrow)) };
}

/** The first instant of a date, be there a midnight or not. */
function startOf(timezone: string, date: LocalDate): number {
  const target = Date.UTC(date.year, date.month - 1, date.day);
  return firstInstant(target - 18 * HOUR_MS, target + 18 * HOUR_MS, (instant) => {
    const local = localDate(timezone, instant);
    return Date.UTC(local.year, local.month - 1, local.day) >= target;
  });
}

/** By bisection, to the second: zones change on whole seconds. */
function firstInstant(from: number, to: number, holds: (instant: number) => boolean): number {
  let low = Math.floor(from / 1000);
  let high = Math.ceil(to / 1000);
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (holds(middle * 1000)) high = middle;
    else low = middle + 1;
  }
  return low * 1000;
}

const sameDay = (date: LocalDate): LocalDate => date;
const nextDay = (date: LocalDate): LocalDate =>
  utcDate(Date.UTC(date.year, date.month - 1, date.day) + DAY_MS);
const firstOfMonth = (date: LocalDate): LocalDate => ({ ...date, day: 1 });
const firstOfNextMonth = (date: LocalDate): LocalDate =>
  utcDate(Date.UTC(date.year, date.month, 1));

function utcDate(ms: number): LocalDate {
  const date = new Date(ms);
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
}

function localDate(timezone: string, ms: number): LocalDate {
  return utcDate(ms + offsetAt(timezone, ms));
}

const formatters = new Map<string, Intl.DateTimeFormat>();

/** Local time less UTC, in milliseconds. */
function offsetAt(timezone: string, ms: number): number {
  if (timezone === 'UTC') return 0;
  const parts: Record<string, number> = {};
  for (const part of formatterOf(timezone).formatToParts(ms)) {
    if (part.type !== 'literal') parts[part.type] = Number(part.value);
  }
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  const local = Date.UTC(year, month - 1, day, hour, minute, second);
  return local - Math.floor(ms / 1000) * 1000;
}

function formatterOf(timezone: string): Intl.DateTimeFormat {
  let formatter = formatters.get(timezone);
  if (!formatter) {
    formatter = new Intl.DateTimeFormat('en-US', {
      timeZone: timezone,
      hourCycle: 'h23',
      calendar: 'gregory',
      numberingSystem: 'latn',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    if (formatters.size >= MAX_CACHED) formatters.clear();
    formatters.set(timezone, formatter);
  }
  return formatter;
}
