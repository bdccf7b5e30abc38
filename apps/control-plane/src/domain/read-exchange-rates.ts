/** Rates as a feed states them, in USD. */
export interface FedRates {
  /** The day that the feed names, milliseconds since the epoch; null where it names none. */
  readonly asOf: number | null;
  /** USD for one unit of each currency; decimal strings with at most twelve decimals. The dollar is left out. */
  readonly usdPerUnit: ReadonlyMap<string, string>;
}

export type RatesReading =
  | { readonly ok: true; readonly rates: FedRates }
  /** Why they cannot be used, for operators. */
  | { readonly ok: false; readonly problem: string };

/** Units of each currency for one of the base. */
interface Quotes {
  readonly base: string;
  readonly asOf: number | null;
  readonly perBase: ReadonlyMap<string, string>;
}

const MOST_RATES = 1_000;
const CODE = /^[A-Z]{3}$/;
const DECIMAL = /^(\d{1,15})(?:\.(\d{1,18}))?$/;
const DECIMALS = 12n;
const MOST_UNITS = 10n ** (15n + DECIMALS);

/**
 * Reads a feed of exchange rates: units of each currency for one of a base, as
 *
 * - JSON `{ "base": "EUR", "date": "2026-11-20", "rates": { "USD": 1.085, … } }` (`date` or a `timestamp` in seconds may be
 *   missing), which Frankfurter and Open Exchange Rates serve;
 * - the ECB's XML (`eurofxref-daily.xml`) or CSV (a line of names after `Date`, a line of values), whose base is the euro.
 */
export function readExchangeRates(text: string): RatesReading {
  const first = text.trimStart()[0];
  const quotes = first === '{' ? readJson(text) : first === '<' ? readXml(text) : readCsv(text);
  if (typeof quotes === 'string') return { ok: false, problem: quotes };
  return inDollars(quotes);
}

function inDollars({ base, asOf, perBase }: Quotes): RatesReading {
  if (perBase.size > MOST_RATES) return { ok: false, problem: 'there are too many rates' };
  const dollars = base === 'USD' ? '1' : perBase.get('USD');
  const usd = dollars === undefined ? undefined : readDecimal(dollars);
  if (usd === undefined)
    return { ok: false, problem: `there is no rate of the dollar for ${base}` };
  const usdPerUnit = new Map<string, string>();
  for (const [currency, quoted] of [...perBase, [base, '1'] as const]) {
    const units = CODE.test(currency) ? readDecimal(quoted) : undefined;
    if (units === undefined || currency === 'USD') continue;
    const rate = divide(usd, units);
    if (rate !== undefined) usdPerUnit.set(currency, rate);
  }
  if (usdPerUnit.size === 0) return { ok: false, problem: 'there are no rates' };
  return { ok: true, rates: { asOf, usdPerUnit } };
}

function readJson(text: string): Quotes | string {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return 'it is no JSON';
  }
  if (!isObject(parsed) || typeof parsed['base'] !== 'string' || !isObject(parsed['rates']))
    return 'it has no "base" and "rates"';
  const { base, date, timestamp, rates } = parsed;
  const perBase = new Map(
    Object.entries(rates).flatMap(([currency, rate]) =>
      typeof rate === 'number' || typeof rate === 'string' ? [[currency, String(rate)]] : [],
    ),
  );
  const seconds = typeof timestamp === 'number' ? timestamp * 1_000 : null;
  return { base, asOf: typeof date === 'string' ? readDay(date) : seconds, perBase };
}

const CUBE = /<Cube\s+currency=["']([A-Z]{3})["']\s+rate=["']([\d.]+)["']/g;
const CUBE_DAY = /<Cube\s+time=["'](\d{4}-\d{2}-\d{2})["']/g;

/** The first day of the ECB's XML: its history has the latest first. */
function readXml(text: string): Quotes | string {
  const days = [...text.matchAll(CUBE_DAY)];
  const [latest, before] = days;
  if (!latest) return 'it has no <Cube time="…">';
  const cubes = text.slice(latest.index, before?.index).matchAll(CUBE);
  const perBase = new Map([...cubes].map(([, currency = '', rate = '']) => [currency, rate]));
  return { base: 'EUR', asOf: readDay(latest[1] ?? ''), perBase };
}

function readCsv(text: string): Quotes | string {
  const [names = [], values = []] = text
    .split(/\r?\n/, 2)
    .map((line) => line.split(',').map((cell) => cell.trim()));
  if (names[0] !== 'Date') return 'it is neither JSON nor what the ECB publishes';
  const perBase = new Map(names.slice(1).map((name, index) => [name, values[index + 1] ?? '']));
  return { base: 'EUR', asOf: readDay(values[0] ?? ''), perBase };
}

function readDay(text: string): number | null {
  const at = Date.parse(/^\d{4}-\d{2}-\d{2}$/.test(text) ? text : `${text} UTC`);
  return Number.isNaN(at) ? null : at;
}

/** A positive decimal as whole units of its last place. */
function readDecimal(
  text: string,
): { readonly units: bigint; readonly places: bigint } | undefined {
  const match = DECIMAL.exec(text);
  if (!match) return undefined;
  const [, whole = '', fraction = ''] = match;
  const units = BigInt(whole + fraction);
  return units > 0n ? { units, places: BigInt(fraction.length) } : undefined;
}

type Decimal = NonNullable<ReturnType<typeof readDecimal>>;

/** To twelve decimals, halves up; undefined where nothing would be left of it, or more than a rate may have. */
function divide(dividend: Decimal, divisor: Decimal): string | undefined {
  const numerator = dividend.units * 10n ** (divisor.places + DECIMALS);
  const denominator = divisor.units * 10n ** dividend.places;
  const quotient = (2n * numerator + denominator) / (2n * denominator);
  if (quotient === 0n || quotient >= MOST_UNITS) return undefined;
  const digits = quotient.toString().padStart(Number(DECIMALS) + 1, '0');
  const fraction = digits.slice(-Number(DECIMALS)).replace(/0+$/, '');
  return `${digits.slice(0, -Number(DECIMALS))}${fraction === '' ? '' : `.${fraction}`}`;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
