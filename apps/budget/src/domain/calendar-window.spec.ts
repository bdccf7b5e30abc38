import fc from 'fast-check';
import { QUOTA_KINDS, ZONES } from '../../test/zones.ts';
import { CalendarWindows, windowAt } from './calendar-window.ts';

const at = (text: string): number => Date.parse(text);
const iso = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());
const span = (kind: (typeof QUOTA_KINDS)[number], zone: string, when: string) => {
  const { startsAt, endsAt } = windowAt(kind, zone, at(when));
  return [iso(startsAt), iso(endsAt)];
};

describe('windowAt', () => {
  it('guarantees that a month is the calendar month of its zone', () => {
    expect(span('month', 'Pacific/Auckland', '2026-02-28T12:00:00Z')).toEqual([
      '2026-02-28T11:00:00.000Z',
      '2026-03-31T11:00:00.000Z',
    ]);
    expect(span('month', 'UTC', '2028-02-29T23:59:59.999Z')).toEqual([
      '2028-02-01T00:00:00.000Z',
      '2028-03-01T00:00:00.000Z',
    ]);
    expect(span('month', 'America/New_York', '2026-03-15T00:00:00Z')).toEqual([
      '2026-03-01T05:00:00.000Z',
      '2026-04-01T04:00:00.000Z',
    ]);
    expect(span('month', 'UTC', '2026-12-31T23:59:59.999Z')[1]).toBe('2027-01-01T00:00:00.000Z');
  });

  it('guarantees that a day of daylight saving has 23 or 25 hours', () => {
    expect(span('day', 'Europe/Berlin', '2026-03-29T10:00:00Z')).toEqual([
      '2026-03-28T23:00:00.000Z',
      '2026-03-29T22:00:00.000Z',
    ]);
    expect(span('day', 'Europe/Berlin', '2026-10-25T10:00:00Z')).toEqual([
      '2026-10-24T22:00:00.000Z',
      '2026-10-25T23:00:00.000Z',
    ]);
  });

  it('begins a day at its first instant where there is no midnight', () => {
    expect(span('day', 'Africa/Cairo', '2026-04-24T10:00:00Z')[0]).toBe('2026-04-23T22:00:00.000Z');
    expect(span('day', 'Pacific/Apia', '2011-12-29T20:00:00Z')).toEqual([
      '2011-12-29T10:00:00.000Z',
      '2011-12-30T10:00:00.000Z',
    ]);
  });

  it('cuts an hour where the clock moves by half an hour', () => {
    const before = windowAt('hour', 'Australia/Lord_Howe', at('2026-10-03T15:10:00Z'));
    const after = windowAt('hour', 'Australia/Lord_Howe', at('2026-10-03T15:40:00Z'));
    expect(iso(before.endsAt)).toBe('2026-10-03T15:30:00.000Z');
    expect(iso(after.startsAt)).toBe('2026-10-03T15:30:00.000Z');
    expect(span('hour', 'Asia/Kolkata', '2026-01-01T00:45:00Z')[0]).toBe(
      '2026-01-01T00:30:00.000Z',
    );
  });

  it('holds the instant, and the next window begins where it ends', () => {
    const year = fc.integer({ min: at('2024-01-01T00:00:00Z'), max: at('2029-01-01T00:00:00Z') });
    fc.assert(
      fc.property(
        fc.constantFrom(...QUOTA_KINDS),
        fc.constantFrom(...ZONES),
        year,
        (kind, zone, now) => {
          const { startsAt, endsAt } = windowAt(kind, zone, now);
          expect(startsAt).toBeLessThanOrEqual(now);
          if (endsAt === null) return;
          expect(endsAt).toBeGreaterThan(now);
          expect(windowAt(kind, zone, startsAt)).toEqual({ startsAt, endsAt });
          expect(windowAt(kind, zone, endsAt - 1)).toEqual({ startsAt, endsAt });
          expect(windowAt(kind, zone, endsAt).startsAt).toBe(endsAt);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('has one window for ever for a total, and refuses a zone that is none', () => {
    expect(windowAt('total', 'Europe/Berlin', 5)).toEqual({ startsAt: 0, endsAt: null });
    expect(() => windowAt('day', 'Mars/Olympus', 5)).toThrow(RangeError);
  });
});

describe('CalendarWindows', () => {
  it('moves on when the window ends, and back when the clock steps back', () => {
    const windows = new CalendarWindows();
    const first = windows.at('minute', 'UTC', 61_000);
    expect(first).toEqual({ startsAt: 60_000, endsAt: 120_000 });
    expect(windows.at('minute', 'UTC', 119_999)).toBe(first);
    expect(windows.at('minute', 'UTC', 120_000)).toEqual({ startsAt: 120_000, endsAt: 180_000 });
    expect(windows.at('minute', 'UTC', 61_000)).toEqual(first);
  });
});
