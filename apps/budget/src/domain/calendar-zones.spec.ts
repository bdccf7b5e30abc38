import fc from 'fast-check';
import { windowAt } from './calendar-window.ts';

/** Every zone that this platform knows. */
const ZONES = Intl.supportedValuesOf('timeZone');
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** In Antarctica/Troll clocks are set by two hours. */
const LONGEST_DAY_MS = DAY_MS + 2 * HOUR_MS;
const at = (text: string): number => Date.parse(text);
const [FROM, UP_TO] = [at('2024-01-01T00:00:00Z'), at('2029-01-01T00:00:00Z')];

/** What people in a zone read off a calendar: `2026-04-05`. Another way to it than the code under test takes. */
const formats = new Map(
  ZONES.map((zone) => [
    zone,
    new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' }),
  ]),
);
const localTime = (zone: string, ms: number): string => formats.get(zone)?.format(ms) ?? '';
const dateIn = (zone: string, ms: number): string => localTime(zone, ms).slice(0, 10);
const monthIn = (zone: string, ms: number): string => localTime(zone, ms).slice(0, 7);

/** Local time less UTC, to the minute. */
function offsetIn(zone: string, ms: number): number {
  const whole = Math.floor(ms / 60_000) * 60_000;
  return Date.parse(`${localTime(zone, whole).replace(' ', 'T')}Z`) - whole;
}

/** The instants of a year at which a zone sets its clocks, to the minute. */
function changesIn(zone: string, year: number): number[] {
  const changes: number[] = [];
  const end = Date.UTC(year + 1, 0, 1);
  for (let day = Date.UTC(year, 0, 1); day < end; day += 7 * DAY_MS) {
    let [low, high] = [day, Math.min(day + 7 * DAY_MS, end)];
    const before = offsetIn(zone, low);
    if (offsetIn(zone, high) === before) continue;
    while (high - low > 60_000) {
      const middle = Math.floor((low + high) / 2 / 60_000) * 60_000;
      if (offsetIn(zone, middle) === before) low = middle;
      else high = middle;
    }
    changes.push(high);
  }
  return changes;
}

describe('the windows of every time zone', () => {
  it('follow each other without gap or overlap, and hold one date or month of the zone each', () => {
    const holds = fc.property(
      fc.constantFrom(...ZONES),
      fc.constantFrom('day' as const, 'month' as const),
      fc.integer({ min: FROM, max: UP_TO }),
      (zone, kind, now) => {
        const { startsAt, endsAt } = windowAt(kind, zone, now);
        if (endsAt === null) throw new Error('an end');
        const nameIn = kind === 'day' ? dateIn : monthIn;
        const name = nameIn(zone, now);
        expect(startsAt <= now && now < endsAt).toBe(true);
        expect([nameIn(zone, startsAt), nameIn(zone, endsAt - 1)]).toEqual([name, name]);
        expect(nameIn(zone, endsAt) > name).toBe(true);
        expect(nameIn(zone, startsAt - 1) < name).toBe(true);
        expect(windowAt(kind, zone, endsAt).startsAt).toBe(endsAt);
        expect(windowAt(kind, zone, startsAt - 1).endsAt).toBe(startsAt);
      },
    );
    fc.assert(holds, { numRuns: 1_500 });
  });

  it('follow each other around every change of every clock', () => {
    let changes = 0;
    for (const zone of ZONES)
      for (const change of changesIn(zone, 2026)) {
        changes++;
        for (const kind of ['hour', 'day'] as const) {
          let next = windowAt(kind, zone, change - 26 * HOUR_MS);
          while (next.endsAt !== null && next.endsAt <= change + 26 * HOUR_MS) {
            const window = next;
            next = windowAt(kind, zone, next.endsAt);
            expect({ zone, kind, startsAt: next.startsAt }).toEqual({
              zone,
              kind,
              startsAt: window.endsAt,
            });
            const length = (next.endsAt ?? 0) - next.startsAt;
            expect(length).toBeGreaterThan(0);
            expect(length).toBeLessThanOrEqual(kind === 'hour' ? HOUR_MS : LONGEST_DAY_MS);
          }
          if (kind === 'hour') expect(windowAt(kind, zone, change).startsAt).toBe(change);
        }
      }
    // Both ways in some hundred zones: were there none, nothing would have been looked at.
    expect(changes).toBeGreaterThan(200);
  }, 60_000);
});

describe('a budget in Pacific/Auckland', () => {
  const ZONE = 'Pacific/Auckland';
  const span = (kind: 'day' | 'month', when: string) => {
    const { startsAt, endsAt } = windowAt(kind, ZONE, at(when));
    return [new Date(startsAt).toISOString(), new Date(endsAt ?? 0).toISOString()];
  };

  it('has its month by the clock on the wall there, through both changes of it', () => {
    expect(span('month', '2026-04-10T00:00:00Z')).toEqual([
      '2026-03-31T11:00:00.000Z',
      '2026-04-30T12:00:00.000Z',
    ]);
    expect(span('month', '2026-09-10T00:00:00Z')).toEqual([
      '2026-08-31T12:00:00.000Z',
      '2026-09-30T11:00:00.000Z',
    ]);
    expect(span('day', '2026-04-05T00:00:00Z')).toEqual([
      '2026-04-04T11:00:00.000Z',
      '2026-04-05T12:00:00.000Z',
    ]);
    expect(span('day', '2026-09-27T00:00:00Z')).toEqual([
      '2026-09-26T12:00:00.000Z',
      '2026-09-27T11:00:00.000Z',
    ]);
  });

  it.each([
    ['2026', '2026-02-28T10:59:59.999Z', '2026-02-28T11:00:00.000Z'],
    ['2028, a leap year', '2028-02-29T10:59:59.999Z', '2028-02-29T11:00:00.000Z'],
    ['2100, which is none', '2100-02-28T10:59:59.999Z', '2100-02-28T11:00:00.000Z'],
  ])('has its end of February in %s', (_, last, first) => {
    expect(span('month', last)[1]).toBe(first);
    expect(span('month', first)[0]).toBe(first);
  });
});
