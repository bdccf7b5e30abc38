const LONGEST_MS = 24 * 3_600_000;

/** Milliseconds to wait by `retry-after-ms` or `Retry-After` (seconds or a date); undefined where neither makes sense. */
export function decodeRetryAfter(
  headers: Readonly<Record<string, string | string[] | undefined>>,
  nowMs: number,
): number | undefined {
  const inMs = Number(first(headers['retry-after-ms']) || Number.NaN);
  if (inMs >= 0) return Math.min(inMs, LONGEST_MS);
  const value = first(headers['retry-after']).trim();
  if (/^\d+(\.\d+)?$/.test(value)) return Math.min(Number(value) * 1_000, LONGEST_MS);
  const date = value === '' ? Number.NaN : Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.min(Math.max(0, date - nowMs), LONGEST_MS);
}

function first(value: string | string[] | undefined): string {
  return (typeof value === 'string' ? value : value?.[0]) ?? '';
}
